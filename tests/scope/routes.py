"""Every route of the app, by what it may tell whom. A route that is missing here fails the test: whoever adds one says what it is.

Addresses are templates; `{hazard}`, `{task}`, `{photo}` … are those of the case next door (conftest.py).
"""

OF_A_CASE = {
    "hazards.show": ["/hazards/{hazard}", "/hazards/{hazard}?check=1"],
    "matters.new": ["/hazards/{hazard}/matters/extension"],
    "dossiers.show": ["/hazards/{hazard}/dossier"],
    "dossiers.download": ["/hazards/{hazard}/dossier.zip"],
    "bulletins.show": ["/bulletins/{bulletin}"],
    "bulletins.word": ["/bulletins/{bulletin}/hazards/{hazard}/wording"],
    "dispatch.show": ["/dispatch/returns/{return}", "/dispatch/returns/{return}?check=1"],
    "dispatch.return_sheet": ["/dispatch/returns/{return}/form.xlsx"],
    "dispatch.hazards_of": ["/dispatch/returns/{return}/list"],
    "dispatch.begin_form": ["/dispatch/returns/{return}/matters/return_correction"],
    "inbox.task": ["/tasks/{task}", "/tasks/{done_task}", "/tasks/{named_task}"],
    "photos.show": ["/photos/{photo}"],
    "papers.show": ["/papers/{paper}"],
    "papers.of_case": ["/papers/of/return/{return}/{return_paper}"],
    "documents.download": ["/documents/{document}"],
    "urges.show": ["/urges/{urge}"],
    "thursdays.report": ["/thursdays/reports/{weekly_report}"],
    "photos.kept": ["/photos/kept/{kept_photo}"],
    "papers.kept": ["/papers/kept/{kept_paper}"],
}
"""Pages and files of one case, task or draft: 404 for everybody outside, whatever his post."""

DONE_TO_A_CASE = {
    "bulletins.correct": ["/bulletins/{bulletin}/correct"],
    "bulletins.word": ["/bulletins/{bulletin}/hazards/{hazard}/wording"],
    "inbox.complete": ["/tasks/{task}", "/tasks/{done_task}", "/tasks/{named_task}"],
    "matters.begin": ["/hazards/{hazard}/matters/extension"],
    "dispatch.begin": ["/dispatch/returns/{return}/matters/return_correction"],
    "inbox.claim": ["/tasks/{task}/claim"],
    "inbox.release": ["/tasks/{named_task}/release"],
    "inbox.draft": ["/tasks/{task}/draft"],
    "documents.order": ["/hazards/{hazard}/documents"],
}
"""The same for what is handed in: POST."""

LISTS = {
    "inbox.index": ("", ["/", "/?q={subject}", "/?box=posts", "/?due=late"]),
    "inbox.done": ("", ["/done", "/done?q={subject}"]),
    "hazards.index": ("", ["/hazards", "/hazards?q={no}", "/hazards?q={words}", "/hazards?after=9999"]),
    "reports.new": ("report", ["/hazards/new"]),
    "ledger.index": ("see_ledger", ["/ledger", "/ledger?q={no}", "/ledger?sector=INDUSTRY", "/ledger?as_of={yesterday}"]),
    "ledger.export": ("see_ledger", ["/ledger/export", "/ledger/export?q={words}"]),
    "ledger.download": ("see_ledger", ["/ledger/export.xlsx"]),
    "dispatch.index": ("see_dispatch", ["/dispatch", "/dispatch?as_of={yesterday}"]),
    "dispatch.sheet": ("see_dispatch", ["/dispatch/form.xlsx"]),
    "dispatch.entries": ("see_dispatch", ["/dispatch/entries?code=B1"]),
    "board.index": ("see_board", ["/board"]),
    "look_backs.index": ("see_board", ["/look-backs"]),
    "urges.index": ("see_board", ["/urges", "/urges?all=1"]),
    "board.signing": ("see_board", ["/board/signing"]),
    "wall_map.index": ("see_board", ["/wall-map", "/wall-map?campaign=ZD2023"]),
    "bulletins.index": ("see_bulletins", ["/bulletins"]),
    "waits.show": ("see_board", ["/definitions/hazard_closed_loop/1/waits"]),
    "definitions.index": ("see_definitions", ["/definitions"]),
    "definitions.show": ("see_definitions", ["/definitions/hazard_closed_loop/1"]),
    "definitions.xml": ("", ["/definitions/hazard_closed_loop/1.bpmn"]),
    "guide.show": ("", ["/guide", "/guide/extension"]),
    "auth.own_password": ("", ["/password"]),
    "thursdays.index": ("see_thursdays", ["/thursdays", "/thursdays?week=2026-03-05"]),
    "thursdays.reports": ("see_board", ["/thursdays/reports"]),
    "thursdays.owed": ("see_board", ["/thursdays/owed", "/thursdays/owed?week={yesterday}"]),
}
"""What gathers from many cases, with the action that opens it ("": anybody's): nothing of the case next door stands in it."""

OWN = {
    "reports.new": ("report", ["/hazards/new?draft={draft}"]),
    "exports.show": ("see_ledger", ["/ledger/exports/{export}"]),
    "exports.download": ("see_ledger", ["/ledger/exports/{export}/file"]),
}
"""What everybody has of his own on a page that others use too: another's is 404 for whoever may use the page, else 403."""

DONE_TO_OWN = {
    "exports.cancel": ("see_ledger", ["/ledger/exports/{export}/cancel"]),
    "reports.discard_draft": ("report", ["/hazards/drafts/{draft}/discard"]),
}
"""The same for what is handed in: POST."""

PARTS = {
    "admin.index": ("see_administration", ["/admin"]),
    "admin.units": ("administer", ["/admin/units"]),
    "admin.unit": ("administer", ["/admin/units/{unit}"]),
    "admin.new_unit": ("administer", ["/admin/units/new/VILLAGE"]),
    "admin.change_unit": ("administer", ["/admin/units/{unit}/change"]),
    "admin.end_unit": ("administer", ["/admin/units/{unit}/end"]),
    "admin.enterprises": ("administer", ["/admin/enterprises"]),
    "admin.new_enterprise": ("administer", ["/admin/enterprises/new"]),
    "admin.sectors": ("administer", ["/admin/sectors"]),
    "admin.new_sector": ("administer", ["/admin/sectors/new"]),
    "admin.rename_sector": ("administer", ["/admin/sectors/FIRE/rename"]),
    "admin.end_sector": ("administer", ["/admin/sectors/FIRE/end"]),
    "admin.resume_sector": ("administer", ["/admin/sectors/FIRE/resume"]),
    "admin.documents": ("administer", ["/admin/documents"]),
    "admin.template": ("administer", ["/admin/documents/HANDOVER.docx"]),
    "admin.persons": ("administer", ["/admin/persons"]),
    "admin.person": ("administer", ["/admin/persons/{person}"]),
    "admin.new_person": ("administer", ["/admin/persons/new"]),
    "admin.change_person": ("administer", ["/admin/persons/{person}/change"]),
    "admin.issue_password": ("administer", ["/admin/persons/{person}/password"]),
    "admin.deactivate": ("administer", ["/admin/persons/{person}/deactivate"]),
    "admin.activate": ("administer", ["/admin/persons/{person}/activate"]),
    "admin.appointments": ("authorise", ["/admin/appointments"]),
    "admin.new_appointment": ("authorise", ["/admin/appointments/new?role=VILLAGE"]),
    "admin.end_appointment": ("authorise", ["/admin/appointments/1/end"]),
    "admin.substitutions": ("authorise", ["/admin/substitutions"]),
    "admin.new_substitution": ("authorise", ["/admin/substitutions/new"]),
    "admin.end_substitution": ("authorise", ["/admin/substitutions/{substitution}/end"]),
    "admin.parameters": ("set_parameters", ["/admin/parameters"]),
    "admin.parameter": ("set_parameters", ["/admin/parameters/ZD2023/ack_wd"]),
    "admin.change_parameter": ("set_parameters", ["/admin/parameters/ZD2023/ack_wd/change"]),
    "admin.campaigns": ("set_parameters", ["/admin/campaigns"]),
    "admin.campaign": ("set_parameters", ["/admin/campaigns/ZB2024"]),
    "admin.new_campaign": ("set_parameters", ["/admin/campaigns/new"]),
    "admin.new_phase": ("set_parameters", ["/admin/campaigns/ZB2024/phases/new"]),
    "admin.change_phase": ("set_parameters", ["/admin/campaigns/ZB2024/phases/5/change"]),
    "admin.calendar": ("set_parameters", ["/admin/calendar"]),
    "admin.enter_year": ("set_parameters", ["/admin/calendar/{year}/enter"]),
    "admin.change_calendar": ("set_parameters", ["/admin/calendar/change"]),
    "admin.roster": ("see_administration", ["/admin/import"]),
    "admin.roster_template": ("see_administration", ["/admin/import/template.xlsx"]),
    "designer.index": ("see_drafts", ["/designer"]),
    "designer.review": ("see_drafts", ["/designer/{diagram_draft}/review"]),
    "designer.xml": ("see_drafts", ["/designer/{diagram_draft}.bpmn"]),
    "room.show": ("design", ["/designer/{diagram_draft}"]),
    "new_process.ask": ("design", ["/designer/new"]),
    "room.content": ("design", ["/designer/{diagram_draft}/content.json"]),
    "room.words": ("design", ["/designer/words.json"]),
    "rehearsals.show": ("see_drafts", ["/designer/{diagram_draft}/rehearsal"]),
    "rehearsals.task": ("see_drafts", ["/designer/{diagram_draft}/rehearsal/tasks/1/2"]),
    "rehearsals.xml": ("see_drafts", ["/designer/{diagram_draft}/rehearsal/diagram.bpmn"]),
    "audit.export_anchors": ("see_audit", ["/audit/anchors.json"]),
    "audit.index": ("see_audit", ["/audit", "/audit?subject=hazard&id={hazard}"]),
}
"""The administration and the audit: one house is one county, so the system administrator sees all of its units and persons, the
security administrator all posts, the auditor every line of the record (domain 2.1, 日志), designer and publisher all diagrams; none
of them opens a case. All others: 403."""

DONE_TO_PARTS = {
    "admin.new_unit": PARTS["admin.new_unit"],
    "admin.change_unit": PARTS["admin.change_unit"],
    "admin.end_unit": PARTS["admin.end_unit"],
    "admin.new_sector": PARTS["admin.new_sector"],
    "admin.rename_sector": PARTS["admin.rename_sector"],
    "admin.end_sector": PARTS["admin.end_sector"],
    "admin.replace_template": ("administer", ["/admin/documents/HANDOVER"]),
    "admin.resume_sector": PARTS["admin.resume_sector"],
    "admin.new_person": PARTS["admin.new_person"],
    "admin.change_person": PARTS["admin.change_person"],
    "admin.issue_password": PARTS["admin.issue_password"],
    "admin.deactivate": PARTS["admin.deactivate"],
    "admin.activate": PARTS["admin.activate"],
    "admin.new_appointment": PARTS["admin.new_appointment"],
    "admin.end_appointment": PARTS["admin.end_appointment"],
    "admin.new_substitution": PARTS["admin.new_substitution"],
    "admin.end_substitution": PARTS["admin.end_substitution"],
    "admin.change_parameter": PARTS["admin.change_parameter"],
    "admin.new_campaign": PARTS["admin.new_campaign"],
    "admin.new_phase": PARTS["admin.new_phase"],
    "admin.change_phase": PARTS["admin.change_phase"],
    "admin.enter_year": PARTS["admin.enter_year"],
    "admin.change_calendar": PARTS["admin.change_calendar"],
    "admin.check_roster": ("see_administration", ["/admin/import"]),
    "admin.confirm_roster": ("see_administration", ["/admin/import/confirm"]),
    "designer.begin": ("design", ["/designer"]),
    "designer.hand_in": ("design", ["/designer/{diagram_draft}/hand-in"]),
    "designer.send_back": ("deploy", ["/designer/{diagram_draft}/return"]),
    "designer.approve": ("deploy", ["/designer/{diagram_draft}/approve"]),
    "designer.discard": ("design", ["/designer/{diagram_draft}/discard"]),
    "designer.take_over": ("design", ["/designer/{diagram_draft}/take-over"]),
    "new_process.begin": ("design", ["/designer/new"]),
    "room.save": ("design", ["/designer/{diagram_draft}/save"]),
    "room.findings": ("design", ["/designer/findings"]),
    "room.preview": ("design", ["/designer/preview"]),
    "rehearsals.begin": ("see_drafts", ["/designer/{diagram_draft}/rehearsal"]),
    "rehearsals.leap": ("see_drafts", ["/designer/{diagram_draft}/rehearsal/clock"]),
    "rehearsals.hand_in": ("see_drafts", ["/designer/{diagram_draft}/rehearsal/tasks/1/2"]),
    "rehearsals.end": ("see_drafts", ["/designer/{diagram_draft}/rehearsal/end"]),
    "board.decide": ("see_board", ["/board/signing"]),
    "thursdays.hand_in": ("see_thursdays", ["/thursdays"]),
    "thursdays.draft": ("see_thursdays", ["/thursdays/draft"]),
    "exports.order": ("see_ledger", ["/ledger/exports"]),
    "audit.verify": ("see_audit", ["/audit/verify"]),
    "reports.report": ("report", ["/hazards/new"]),
    "reports.save_draft": ("report", ["/hazards/drafts"]),
}
"""What is handed in there: POST. Who may is refused by nobody here (what he may is tested with each page)."""

OPEN = {
    "static": "scripts and styles, the same for everybody",
    "auth.sign_in": "nobody is signed in yet; tells no login (tests/service/test_auth.py)",
    "auth.sign_out": "ends one's own session",
    "auth.own_password": "one's own password (POST)",
    "guide.put_away": "one's own first-day panel (POST)",
    "probes.healthz": "for machines; of the database and the sweep only (tests/service/test_probes.py)",
    "public.index": "published editions only, the same for everybody (tests/service/test_public.py)",
    "public.listed": "what the county has published of its plates, the same for everybody",
    "public.show": "the same: one month of a town",
    "public.download": "the same, as a sheet",
    "probes.metrics": "for machines; of counts over the whole house only, from this machine or with the token",
}
"""Routes that hold nothing of a case, and why."""

READ = OF_A_CASE.keys() | LISTS.keys() | OWN.keys() | PARTS.keys() | OPEN.keys()
WRITTEN = DONE_TO_A_CASE.keys() | DONE_TO_OWN.keys() | DONE_TO_PARTS.keys() | OPEN.keys()
