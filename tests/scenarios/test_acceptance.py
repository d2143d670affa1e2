from tests.scenarios.ways import *

def test_x(monday):
    for i in range(4):
        h = found(monday)
        close(monday, h)
