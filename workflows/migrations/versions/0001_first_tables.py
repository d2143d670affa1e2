"""the first tables"""

import sqlalchemy as sa
from alembic import op

import workflows.db

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("code", name=op.f("uq_campaigns_code")),
    )
    op.create_table(
        "definitions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("xml", sa.Text(), nullable=False),
        sa.Column("forms", workflows.db.Json(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", workflows.db.Moment(), nullable=False),
        sa.Column("deployed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_definitions")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_definitions_key_version")),
    )
    op.create_table(
        "hazard_sequences",
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hazard_sequences")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("body", workflows.db.Json(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
        sa.UniqueConstraint("subject_kind", "subject_id", "seq", name=op.f("uq_history_subject_kind_subject_id_seq")),
    )
    op.create_index("ix_history_by_at", "history", ["by", "at"], unique=False)
    op.create_table(
        "inspections",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("inspectors", sa.String(length=200), nullable=False),
        sa.Column("certificate_1", sa.String(length=40), nullable=True),
        sa.Column("certificate_2", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    op.create_table(
        "jobs_done",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("done_at", workflows.db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "what", name=op.f("pk_jobs_done")),
    )
    op.create_table(
        "persons",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("certificate_no", sa.String(length=40), nullable=True),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("session_epoch", sa.Integer(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", workflows.db.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
        sa.UniqueConstraint("login", name=op.f("uq_persons_login")),
    )
    op.create_table(
        "pulses",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_pulses")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("subject_type", sa.String(length=20), nullable=True),
        sa.Column("sector_code", sa.String(length=30), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("sectors", workflows.db.Json(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
        sa.UniqueConstraint("uscc", name=op.f("uq_units_uscc")),
    )
    op.create_index("ix_units_region", "units", ["kind", "region_code"], unique=False)
    op.create_table(
        "anchors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("last_line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("heads", workflows.db.Json(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["last_line_id"], ["history.id"], name=op.f("fk_anchors_last_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchors")),
    )
    op.create_table(
        "appointments",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_appointments_person_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_appointments_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointments")),
    )
    op.create_index(op.f("ix_appointments_person_id"), "appointments", ["person_id"], unique=False)
    op.create_index("ix_appointments_post", "appointments", ["unit_id", "role"], unique=False)
    op.create_table(
        "hazards",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_no", sa.String(length=40), nullable=True),
        sa.Column("external_no", sa.String(length=80), nullable=True),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("campaign", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=True),
        sa.Column("level_proposed", sa.String(length=10), nullable=True),
        sa.Column("source", sa.String(length=10), nullable=True),
        sa.Column("subject_type", sa.String(length=20), nullable=True),
        sa.Column("subject_name", sa.String(length=120), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("enterprise_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("sector", sa.String(length=30), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("found_at", workflows.db.Moment(), nullable=True),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("harm_analysis", sa.Text(), nullable=True),
        sa.Column("immediate_danger", sa.Boolean(), nullable=False),
        sa.Column("interim_measures", sa.Text(), nullable=True),
        sa.Column("inspection_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tip_ref", sa.String(length=60), nullable=True),
        sa.Column("superior_doc_no", sa.String(length=80), nullable=True),
        sa.Column("standard_clause", sa.String(length=60), nullable=True),
        sa.Column("key_check_item", sa.String(length=200), nullable=True),
        sa.Column("reporter_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lead_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("territory_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sector_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("county_dept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tracker_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reported_at", workflows.db.Moment(), nullable=True),
        sa.Column("registered_at", workflows.db.Moment(), nullable=True),
        sa.Column("closed_at", workflows.db.Moment(), nullable=True),
        sa.Column("published_at", workflows.db.Moment(), nullable=True),
        sa.Column("archived_at", workflows.db.Moment(), nullable=True),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("due_at", workflows.db.Moment(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("merged_into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("overdue_level", sa.Integer(), nullable=False),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("extension_count", sa.Integer(), nullable=False),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("listed_supervision", sa.Boolean(), nullable=False),
        sa.Column("stop_production", sa.Boolean(), nullable=False),
        sa.Column("transferred", sa.Boolean(), nullable=False),
        sa.Column("false_rectification", sa.Boolean(), nullable=False),
        sa.Column("exemption", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["county_dept_id"], ["units.id"], name=op.f("fk_hazards_county_dept_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["units.id"], name=op.f("fk_hazards_enterprise_id")),
        sa.ForeignKeyConstraint(["inspection_id"], ["inspections.id"], name=op.f("fk_hazards_inspection_id")),
        sa.ForeignKeyConstraint(["lead_person_id"], ["persons.id"], name=op.f("fk_hazards_lead_person_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["hazards.id"], name=op.f("fk_hazards_merged_into_id")),
        sa.ForeignKeyConstraint(["reporter_id"], ["persons.id"], name=op.f("fk_hazards_reporter_id")),
        sa.ForeignKeyConstraint(["sector_person_id"], ["persons.id"], name=op.f("fk_hazards_sector_person_id")),
        sa.ForeignKeyConstraint(["territory_person_id"], ["persons.id"], name=op.f("fk_hazards_territory_person_id")),
        sa.ForeignKeyConstraint(["tracker_id"], ["persons.id"], name=op.f("fk_hazards_tracker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazards")),
        sa.UniqueConstraint("hazard_no", name=op.f("uq_hazards_hazard_no")),
    )
    op.create_index(
        "ix_hazards_ledger",
        "hazards",
        [
            "status",
            "region_code",
            "sector",
            "source",
            "due_at",
            "closed_at",
            "registered_at",
            "reporter_id",
            "lead_person_id",
            "territory_person_id",
            "sector_person_id",
            "tracker_id",
            "enterprise_id",
            "transferred",
            "campaign",
            "hazard_no",
        ],
        unique=False,
    )
    op.create_index("ix_hazards_region", "hazards", ["region_code", "sector"], unique=False)
    op.create_index("ix_hazards_status", "hazards", ["status", "due_on"], unique=False)
    op.create_index("ix_hazards_subject", "hazards", ["enterprise_id", "standard_clause"], unique=False)
    op.create_table(
        "instances",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("definition_sha256", sa.String(length=64), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", workflows.db.Moment(), nullable=False),
        sa.Column("started_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ended_at", workflows.db.Moment(), nullable=True),
        sa.Column("ended_how", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["definition_id"], ["definitions.id"], name=op.f("fk_instances_definition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instances")),
    )
    op.create_index("ix_instances_subject", "instances", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "papers",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", workflows.db.Moment(), nullable=False),
        sa.Column("received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["received_by"], ["persons.id"], name=op.f("fk_papers_received_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_papers")),
    )
    op.create_table(
        "parameters",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", workflows.db.Json(), nullable=False),
        sa.Column("from_at", workflows.db.Moment(), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name=op.f("fk_parameters_campaign_id")),
        sa.ForeignKeyConstraint(["set_by"], ["persons.id"], name=op.f("fk_parameters_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameters")),
    )
    op.create_index("ix_parameters_name", "parameters", ["campaign_id", "name", "from_at"], unique=False)
    op.create_table(
        "photos",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("taken_at", workflows.db.Moment(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lng", sa.Double(), nullable=True),
        sa.Column("received_at", workflows.db.Moment(), nullable=False),
        sa.Column("received_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["received_by"], ["persons.id"], name=op.f("fk_photos_received_by")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_photos")),
    )
    op.create_table(
        "substitutions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("substitute_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["persons.id"], name=op.f("fk_substitutions_principal_id")),
        sa.ForeignKeyConstraint(["substitute_id"], ["persons.id"], name=op.f("fk_substitutions_substitute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitutions")),
    )
    op.create_index(op.f("ix_substitutions_substitute_id"), "substitutions", ["substitute_id"], unique=False)
    op.create_table(
        "archives",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("manifest", workflows.db.Json(), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_archives_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_archives")),
    )
    op.create_index(op.f("ix_archives_hazard_id"), "archives", ["hazard_id"], unique=False)
    op.create_table(
        "deadlines",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("due_at", workflows.db.Moment(), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("set_at", workflows.db.Moment(), nullable=False),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_deadlines_hazard_id")),
        sa.ForeignKeyConstraint(["line_id"], ["history.id"], name=op.f("fk_deadlines_line_id")),
        sa.ForeignKeyConstraint(["set_by"], ["persons.id"], name=op.f("fk_deadlines_set_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadlines")),
    )
    op.create_index(op.f("ix_deadlines_hazard_id"), "deadlines", ["hazard_id"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("channels", workflows.db.Json(), nullable=False),
        sa.Column("exempt_reason", sa.Text(), nullable=True),
        sa.Column("drafted_at", workflows.db.Moment(), nullable=False),
        sa.Column("drafted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("decided_at", workflows.db.Moment(), nullable=True),
        sa.Column("decided_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["persons.id"], name=op.f("fk_disclosures_decided_by")),
        sa.ForeignKeyConstraint(["drafted_by"], ["persons.id"], name=op.f("fk_disclosures_drafted_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_disclosures_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disclosures")),
    )
    op.create_index(op.f("ix_disclosures_hazard_id"), "disclosures", ["hazard_id"], unique=False)
    op.create_table(
        "duties",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("duty", sa.String(length=2), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_principal", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_duties_hazard_id")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_duties_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    op.create_index("ix_duties_hazard", "duties", ["hazard_id", "person_id"], unique=False)
    op.create_index(op.f("ix_duties_person_id"), "duties", ["person_id"], unique=False)
    op.create_table(
        "facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("recorded_at", workflows.db.Moment(), nullable=False),
        sa.Column("effective_at", workflows.db.Moment(), nullable=True),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_facts_hazard_id")),
        sa.ForeignKeyConstraint(["line_id"], ["history.id"], name=op.f("fk_facts_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facts")),
        sa.UniqueConstraint("line_id", name=op.f("uq_facts_line_id")),
    )
    op.create_index("ix_facts_hazard", "facts", ["hazard_id", "recorded_at", "kind"], unique=False)
    op.create_index(
        "ix_facts_listed",
        "facts",
        ["recorded_at", "hazard_id"],
        unique=False,
        sqlite_where=sa.text("kind = 'LISTED'"),
        postgresql_where=sa.text("kind = 'LISTED'"),
    )
    op.create_index("ix_facts_recorded", "facts", ["recorded_at"], unique=False)
    op.create_table(
        "feedbacks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("week_on", sa.Date(), nullable=False),
        sa.Column("is_awaiting", sa.Boolean(), nullable=False),
        sa.Column("situation", sa.Text(), nullable=False),
        sa.Column("progress_pct", sa.Integer(), nullable=True),
        sa.Column("problems", sa.Text(), nullable=True),
        sa.Column("next_step", sa.Text(), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_feedbacks_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_feedbacks_hazard_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_feedbacks_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedbacks")),
        sa.UniqueConstraint("hazard_id", "part", "week_on", name=op.f("uq_feedbacks_hazard_id_part_week_on")),
    )
    op.create_table(
        "finishes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=True),
        sa.Column("close_reason", sa.String(length=20), nullable=False),
        sa.Column("is_proxy", sa.Boolean(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_finishes_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_finishes_hazard_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_finishes_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finishes")),
    )
    op.create_index(op.f("ix_finishes_hazard_id"), "finishes", ["hazard_id"], unique=False)
    op.create_table(
        "handovers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("lead", sa.String(length=10), nullable=True),
        sa.Column("co_units", workflows.db.Json(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("requirements", sa.Text(), nullable=True),
        sa.Column("document_no", sa.String(length=80), nullable=True),
        sa.Column("county_dept_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact", sa.String(length=40), nullable=True),
        sa.Column("issued_at", workflows.db.Moment(), nullable=False),
        sa.Column("issued_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("completed_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["county_dept_id"], ["units.id"], name=op.f("fk_handovers_county_dept_id")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_handovers_hazard_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["persons.id"], name=op.f("fk_handovers_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index("ix_handovers_hazard", "handovers", ["hazard_id", "kind"], unique=False)
    op.create_table(
        "paper_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_paper_uses_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_paper_uses_hazard_id")),
        sa.ForeignKeyConstraint(["sha256"], ["papers.sha256"], name=op.f("fk_paper_uses_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_uses")),
        sa.UniqueConstraint("task_id", "field", "sha256", name=op.f("uq_paper_uses_task_id_field_sha256")),
    )
    op.create_index("ix_paper_uses_hazard", "paper_uses", ["hazard_id", "field"], unique=False)
    op.create_index(op.f("ix_paper_uses_sha256"), "paper_uses", ["sha256"], unique=False)
    op.create_table(
        "photo_uses",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_photo_uses_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_photo_uses_hazard_id")),
        sa.ForeignKeyConstraint(["sha256"], ["photos.sha256"], name=op.f("fk_photo_uses_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo_uses")),
        sa.UniqueConstraint("task_id", "field", "sha256", name=op.f("uq_photo_uses_task_id_field_sha256")),
    )
    op.create_index("ix_photo_uses_hazard", "photo_uses", ["hazard_id", "field"], unique=False)
    op.create_index(op.f("ix_photo_uses_sha256"), "photo_uses", ["sha256"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("fund", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("fund_reason", sa.Text(), nullable=True),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("emergency_plan", sa.Text(), nullable=True),
        sa.Column("emergency_reason", sa.Text(), nullable=True),
        sa.Column("goal", sa.Text(), nullable=True),
        sa.Column("safety_measures", sa.Text(), nullable=True),
        sa.Column("is_proxy", sa.Boolean(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_plans_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_plans_hazard_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_plans_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_index(op.f("ix_plans_hazard_id"), "plans", ["hazard_id"], unique=False)
    op.create_table(
        "reminders",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("due_at", workflows.db.Moment(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("is_held", sa.Boolean(), nullable=False),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_reminders_hazard_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("hazard_id", "threshold", "due_at", name=op.f("uq_reminders_hazard_id_threshold_due_at")),
    )
    op.create_table(
        "supplements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_supplements_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_supplements_hazard_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_supplements_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplements")),
    )
    op.create_index(op.f("ix_supplements_hazard_id"), "supplements", ["hazard_id"], unique=False)
    op.create_table(
        "tasks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=100), nullable=False),
        sa.Column("index", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=False),
        sa.Column("verb", sa.String(length=100), nullable=False),
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("opened_at", workflows.db.Moment(), nullable=False),
        sa.Column("due_at", workflows.db.Moment(), nullable=True),
        sa.Column("due_source", sa.String(length=200), nullable=False),
        sa.Column("due_key", workflows.db.Moment(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", workflows.db.Moment(), nullable=True),
        sa.Column("done_at", workflows.db.Moment(), nullable=True),
        sa.Column("done_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("blocked", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_tasks_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tasks")),
    )
    op.create_index("ix_tasks_assignee", "tasks", ["assignee_id", "status", "due_key", "id"], unique=False)
    op.create_index("ix_tasks_blocked", "tasks", ["status", "blocked"], unique=False)
    op.create_index("ix_tasks_done", "tasks", ["done_by", "done_at", "id"], unique=False)
    op.create_index("ix_tasks_instance", "tasks", ["instance_id", "status"], unique=False)
    op.create_index("ix_tasks_subject", "tasks", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "timers",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("token_id", sa.String(length=40), nullable=False),
        sa.Column("element_id", sa.String(length=100), nullable=False),
        sa.Column("due_at", workflows.db.Moment(), nullable=False),
        sa.Column("wake_at", workflows.db.Moment(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instances.id"], name=op.f("fk_timers_instance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timers")),
    )
    op.create_index(op.f("ix_timers_instance_id"), "timers", ["instance_id"], unique=False)
    op.create_index(op.f("ix_timers_wake_at"), "timers", ["wake_at"], unique=False)
    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_acknowledgements_by")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_acknowledgements_handover_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_acknowledgements_on_behalf_of")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_acknowledgements_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    op.create_index(op.f("ix_acknowledgements_handover_id"), "acknowledgements", ["handover_id"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("data", workflows.db.Json(), nullable=False),
        sa.Column("saved_at", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_drafts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drafts")),
        sa.UniqueConstraint("task_id", "person_id", name=op.f("uq_drafts_task_id_person_id")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("subject_kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("element_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("form", sa.String(length=100), nullable=False),
        sa.Column("data", workflows.db.Json(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_submissions_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index(op.f("ix_submissions_subject_id"), "submissions", ["subject_id"], unique=False)
    op.create_index(op.f("ix_submissions_task_id"), "submissions", ["task_id"], unique=False)
    op.create_table(
        "task_posts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("task_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_key", workflows.db.Moment(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["tasks.id"], name=op.f("fk_task_posts_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_posts")),
    )
    op.create_index("ix_task_posts_inbox", "task_posts", ["role", "unit_id", "state", "due_key", "task_id"], unique=False)
    op.create_index("ix_task_posts_task", "task_posts", ["task_id"], unique=False)
    op.create_table(
        "verifications",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("finish_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result", sa.String(length=4), nullable=False),
        sa.Column("onsite_at", workflows.db.Moment(), nullable=False),
        sa.Column("check_items", workflows.db.Json(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=False),
        sa.Column("expert_opinion", sa.Text(), nullable=True),
        sa.Column("photo_count", sa.Integer(), nullable=False),
        sa.Column("is_false", sa.Boolean(), nullable=False),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("passed_at", workflows.db.Moment(), nullable=True),
        sa.Column("failed_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_verifications_by")),
        sa.ForeignKeyConstraint(["finish_id"], ["finishes.id"], name=op.f("fk_verifications_finish_id")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_verifications_hazard_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_verifications_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verifications")),
    )
    op.create_index(op.f("ix_verifications_hazard_id"), "verifications", ["hazard_id"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hazard_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("is_onsite", sa.Boolean(), nullable=True),
        sa.Column("by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_behalf_of", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", workflows.db.Moment(), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["persons.id"], name=op.f("fk_reviews_by")),
        sa.ForeignKeyConstraint(["hazard_id"], ["hazards.id"], name=op.f("fk_reviews_hazard_id")),
        sa.ForeignKeyConstraint(["line_id"], ["history.id"], name=op.f("fk_reviews_line_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["persons.id"], name=op.f("fk_reviews_on_behalf_of")),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name=op.f("fk_reviews_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_hazard", "reviews", ["hazard_id", "verification_id"], unique=False)
    op.create_table(
        "verification_members",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("verification_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("certificate_no", sa.String(length=40), nullable=True),
        sa.Column("is_agreed", sa.Boolean(), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("answered_at", workflows.db.Moment(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_verification_members_person_id")),
        sa.ForeignKeyConstraint(["verification_id"], ["verifications.id"], name=op.f("fk_verification_members_verification_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_members")),
        sa.UniqueConstraint("verification_id", "place", name=op.f("uq_verification_members_verification_id_place")),
    )


def downgrade() -> None:
    op.drop_table("verification_members")
    op.drop_index("ix_reviews_hazard", table_name="reviews")
    op.drop_table("reviews")
    op.drop_index(op.f("ix_verifications_hazard_id"), table_name="verifications")
    op.drop_table("verifications")
    op.drop_index("ix_task_posts_task", table_name="task_posts")
    op.drop_index("ix_task_posts_inbox", table_name="task_posts")
    op.drop_table("task_posts")
    op.drop_index(op.f("ix_submissions_task_id"), table_name="submissions")
    op.drop_index(op.f("ix_submissions_subject_id"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_table("drafts")
    op.drop_index(op.f("ix_acknowledgements_handover_id"), table_name="acknowledgements")
    op.drop_table("acknowledgements")
    op.drop_index(op.f("ix_timers_wake_at"), table_name="timers")
    op.drop_index(op.f("ix_timers_instance_id"), table_name="timers")
    op.drop_table("timers")
    op.drop_index("ix_tasks_subject", table_name="tasks")
    op.drop_index("ix_tasks_instance", table_name="tasks")
    op.drop_index("ix_tasks_done", table_name="tasks")
    op.drop_index("ix_tasks_blocked", table_name="tasks")
    op.drop_index("ix_tasks_assignee", table_name="tasks")
    op.drop_table("tasks")
    op.drop_index(op.f("ix_supplements_hazard_id"), table_name="supplements")
    op.drop_table("supplements")
    op.drop_table("reminders")
    op.drop_index(op.f("ix_plans_hazard_id"), table_name="plans")
    op.drop_table("plans")
    op.drop_index(op.f("ix_photo_uses_sha256"), table_name="photo_uses")
    op.drop_index("ix_photo_uses_hazard", table_name="photo_uses")
    op.drop_table("photo_uses")
    op.drop_index(op.f("ix_paper_uses_sha256"), table_name="paper_uses")
    op.drop_index("ix_paper_uses_hazard", table_name="paper_uses")
    op.drop_table("paper_uses")
    op.drop_index("ix_handovers_hazard", table_name="handovers")
    op.drop_table("handovers")
    op.drop_index(op.f("ix_finishes_hazard_id"), table_name="finishes")
    op.drop_table("finishes")
    op.drop_table("feedbacks")
    op.drop_index("ix_facts_recorded", table_name="facts")
    op.drop_index(
        "ix_facts_listed",
        table_name="facts",
        sqlite_where=sa.text("kind = 'LISTED'"),
        postgresql_where=sa.text("kind = 'LISTED'"),
    )
    op.drop_index("ix_facts_hazard", table_name="facts")
    op.drop_table("facts")
    op.drop_index(op.f("ix_duties_person_id"), table_name="duties")
    op.drop_index("ix_duties_hazard", table_name="duties")
    op.drop_table("duties")
    op.drop_index(op.f("ix_disclosures_hazard_id"), table_name="disclosures")
    op.drop_table("disclosures")
    op.drop_index(op.f("ix_deadlines_hazard_id"), table_name="deadlines")
    op.drop_table("deadlines")
    op.drop_index(op.f("ix_archives_hazard_id"), table_name="archives")
    op.drop_table("archives")
    op.drop_index(op.f("ix_substitutions_substitute_id"), table_name="substitutions")
    op.drop_table("substitutions")
    op.drop_table("photos")
    op.drop_index("ix_parameters_name", table_name="parameters")
    op.drop_table("parameters")
    op.drop_table("papers")
    op.drop_index("ix_instances_subject", table_name="instances")
    op.drop_table("instances")
    op.drop_index("ix_hazards_subject", table_name="hazards")
    op.drop_index("ix_hazards_status", table_name="hazards")
    op.drop_index("ix_hazards_region", table_name="hazards")
    op.drop_index("ix_hazards_ledger", table_name="hazards")
    op.drop_table("hazards")
    op.drop_index("ix_appointments_post", table_name="appointments")
    op.drop_index(op.f("ix_appointments_person_id"), table_name="appointments")
    op.drop_table("appointments")
    op.drop_table("anchors")
    op.drop_index("ix_units_region", table_name="units")
    op.drop_table("units")
    op.drop_table("pulses")
    op.drop_table("persons")
    op.drop_table("jobs_done")
    op.drop_table("inspections")
    op.drop_index("ix_history_by_at", table_name="history")
    op.drop_table("history")
    op.drop_table("hazard_sequences")
    op.drop_table("definitions")
    op.drop_table("campaigns")
