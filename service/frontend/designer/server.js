// Talking with the server: JSON both ways. A refusal comes back as an Error whose message is the server's own sentence.
class Refusal extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

export async function ask(address, body, token) {
  const headers = { Accept: "application/json", "X-Autosave": "1" };
  const options =
    body === undefined
      ? { headers }
      : {
          method: "POST",
          headers: { ...headers, "Content-Type": "application/json", "X-CSRFToken": token },
          body: JSON.stringify(body),
        };
  const answer = await fetch(address, options).catch(() => {
    throw new Refusal("网络中断", 0);
  });
  if (answer.status === 401 || answer.redirected) throw new Refusal("您已退出登录，请在新窗口重新登录后再保存", 401);
  const told = await answer.json().catch(() => ({ message: "系统没有回应" }));
  if (!answer.ok) throw new Refusal(told.message, answer.status);
  return told;
}
