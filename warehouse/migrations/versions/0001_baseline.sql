CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS research;
CREATE SCHEMA IF NOT EXISTS enclave;
CREATE TABLE core.dim_date (
	date DATE NOT NULL,
	month DATE NOT NULL,
	year INTEGER NOT NULL,
	month_of_year INTEGER NOT NULL,
	weekday INTEGER NOT NULL,
	hijri_year INTEGER NOT NULL,
	hijri_month INTEGER NOT NULL,
	hijri_day INTEGER NOT NULL,
	is_ramadan BOOLEAN NOT NULL,
	is_eid BOOLEAN NOT NULL,
	is_public_holiday BOOLEAN NOT NULL,
	CONSTRAINT ck_dim_date_month_of_year CHECK ("month_of_year" BETWEEN 1 AND 12),
	CONSTRAINT ck_dim_date_weekday CHECK ("weekday" BETWEEN 1 AND 7),
	CONSTRAINT ck_dim_date_hijri_month CHECK ("hijri_month" BETWEEN 1 AND 12),
	CONSTRAINT ck_dim_date_hijri_day CHECK ("hijri_day" BETWEEN 1 AND 30)
);
COMMENT ON TABLE core.dim_date IS 'Grain: one row per day.';
COMMENT ON COLUMN core.dim_date.date IS 'Calendar day.';
COMMENT ON COLUMN core.dim_date.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.dim_date.year IS 'Gregorian year.';
COMMENT ON COLUMN core.dim_date.month_of_year IS 'Gregorian month, 1 to 12.';
COMMENT ON COLUMN core.dim_date.weekday IS 'Day of the week, Monday 1 to Sunday 7.';
COMMENT ON COLUMN core.dim_date.hijri_year IS 'Islamic year by Indonesia''s official calendar.';
COMMENT ON COLUMN core.dim_date.hijri_month IS 'Islamic month, 1 Muharram to 12 Zulhijah.';
COMMENT ON COLUMN core.dim_date.hijri_day IS 'Day of the Islamic month.';
COMMENT ON COLUMN core.dim_date.is_ramadan IS 'Whether the day lies in Ramadan.';
COMMENT ON COLUMN core.dim_date.is_eid IS 'Whether the day is Eid al-Fitr or Eid al-Adha (first two days and first day).';
COMMENT ON COLUMN core.dim_date.is_public_holiday IS 'Whether the day is a public holiday in Indonesia.';
CREATE TABLE core.dim_month (
	month DATE NOT NULL,
	year INTEGER NOT NULL,
	month_of_year INTEGER NOT NULL,
	n_days BIGINT NOT NULL,
	ramadan_days BIGINT NOT NULL,
	syawal_first10_days BIGINT NOT NULL,
	muharram_days BIGINT NOT NULL,
	public_holidays BIGINT NOT NULL,
	CONSTRAINT ck_dim_month_month_of_year CHECK ("month_of_year" BETWEEN 1 AND 12),
	CONSTRAINT ck_dim_month_n_days CHECK ("n_days" >= 0),
	CONSTRAINT ck_dim_month_ramadan_days CHECK ("ramadan_days" >= 0),
	CONSTRAINT ck_dim_month_syawal_first10_days CHECK ("syawal_first10_days" >= 0),
	CONSTRAINT ck_dim_month_muharram_days CHECK ("muharram_days" >= 0),
	CONSTRAINT ck_dim_month_public_holidays CHECK ("public_holidays" >= 0)
);
COMMENT ON TABLE core.dim_month IS 'Grain: one row per month.';
COMMENT ON COLUMN core.dim_month.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.dim_month.year IS 'Gregorian year.';
COMMENT ON COLUMN core.dim_month.month_of_year IS 'Gregorian month, 1 to 12.';
COMMENT ON COLUMN core.dim_month.n_days IS 'Days of the month. [days]';
COMMENT ON COLUMN core.dim_month.ramadan_days IS 'Days of Ramadan in the month. [days]';
COMMENT ON COLUMN core.dim_month.syawal_first10_days IS 'Days of 1 to 10 Syawal in the month. [days]';
COMMENT ON COLUMN core.dim_month.muharram_days IS 'Days of Muharram in the month. [days]';
COMMENT ON COLUMN core.dim_month.public_holidays IS 'Public holidays in the month. [days]';
CREATE TABLE core.dim_group (
	group_version_key BIGINT NOT NULL,
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	group_name TEXT NOT NULL,
	timezone TEXT NOT NULL,
	community TEXT,
	continues TEXT,
	selling_allowed BOOLEAN NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE,
	is_current BOOLEAN NOT NULL,
	CONSTRAINT ck_dim_group_group_version_key CHECK ("group_version_key" >= 0),
	CONSTRAINT ck_dim_group_group_key CHECK ("group_key" >= 0)
);
COMMENT ON TABLE core.dim_group IS 'Grain: one row per version of a group.';
COMMENT ON COLUMN core.dim_group.group_version_key IS 'Key of one version of a group''s description.';
COMMENT ON COLUMN core.dim_group.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.dim_group.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.dim_group.group_name IS 'Name of the group as declared in groups.toml, else its identifier.';
COMMENT ON COLUMN core.dim_group.timezone IS 'IANA time zone of the group.';
COMMENT ON COLUMN core.dim_group.community IS 'Community whose roster the group shares.';
COMMENT ON COLUMN core.dim_group.continues IS 'Group whose history this one goes on with.';
COMMENT ON COLUMN core.dim_group.selling_allowed IS 'Whether members may offer goods in the group.';
COMMENT ON COLUMN core.dim_group.valid_from IS 'First day on which this version holds.';
COMMENT ON COLUMN core.dim_group.valid_to IS 'First day on which this version no longer holds; NULL while it does.';
COMMENT ON COLUMN core.dim_group.is_current IS 'Whether this version holds today.';
CREATE TABLE core.dim_member (
	member_version_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	pseudonym_key TEXT NOT NULL,
	community TEXT NOT NULL,
	cohort INTEGER,
	origin_region TEXT,
	current_city TEXT,
	campus TEXT,
	field_of_study TEXT,
	role TEXT NOT NULL,
	gender TEXT,
	is_adult BOOLEAN,
	is_on_roster BOOLEAN NOT NULL,
	is_in_good_standing BOOLEAN NOT NULL,
	consent TEXT NOT NULL,
	valid_from DATE NOT NULL,
	valid_to DATE,
	is_current BOOLEAN NOT NULL,
	CONSTRAINT ck_dim_member_member_version_key CHECK ("member_version_key" >= 0),
	CONSTRAINT ck_dim_member_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_dim_member_cohort CHECK ("cohort" BETWEEN 1900 AND 2200),
	CONSTRAINT ck_dim_member_role CHECK ("role" IN ('founder', 'officer', 'member')),
	CONSTRAINT ck_dim_member_gender CHECK ("gender" IN ('female', 'male')),
	CONSTRAINT ck_dim_member_consent CHECK ("consent" IN ('given', 'withdrawn', 'objected', 'unknown', 'excluded'))
);
COMMENT ON TABLE core.dim_member IS 'Grain: one row per version of a person.';
COMMENT ON COLUMN core.dim_member.member_version_key IS 'Key of one version of a person''s description.';
COMMENT ON COLUMN core.dim_member.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.dim_member.pseudonym_key IS 'Keyed pseudonym of a person.';
COMMENT ON COLUMN core.dim_member.community IS 'Community whose roster the group shares.';
COMMENT ON COLUMN core.dim_member.cohort IS 'Year of entry (angkatan).';
COMMENT ON COLUMN core.dim_member.origin_region IS 'Region of origin; NULL where no table knows it and under 3 people share it.';
COMMENT ON COLUMN core.dim_member.current_city IS 'City of residence; NULL where no table knows it and under 3 people share it.';
COMMENT ON COLUMN core.dim_member.campus IS 'Place of study; NULL where under 3 people share it.';
COMMENT ON COLUMN core.dim_member.field_of_study IS 'Field of study; NULL where under 3 people share it.';
COMMENT ON COLUMN core.dim_member.role IS 'Role in the group.';
COMMENT ON COLUMN core.dim_member.gender IS 'Gender as the roster states it.';
COMMENT ON COLUMN core.dim_member.is_adult IS 'Whether the roster says the person is of age.';
COMMENT ON COLUMN core.dim_member.is_on_roster IS 'Whether a roster lists the person.';
COMMENT ON COLUMN core.dim_member.is_in_good_standing IS 'Whether the roster lists the person as a current member.';
COMMENT ON COLUMN core.dim_member.consent IS 'Consent in force.';
COMMENT ON COLUMN core.dim_member.valid_from IS 'First day on which this version holds.';
COMMENT ON COLUMN core.dim_member.valid_to IS 'First day on which this version no longer holds; NULL while it does.';
COMMENT ON COLUMN core.dim_member.is_current IS 'Whether this version holds today.';
CREATE TABLE core.member_alias (
	old_pseudonym_key TEXT NOT NULL,
	new_pseudonym_key TEXT NOT NULL,
	since_snapshot_id TEXT NOT NULL
);
COMMENT ON TABLE core.member_alias IS 'Grain: one row per change of a pseudonym.';
COMMENT ON COLUMN core.member_alias.old_pseudonym_key IS 'Pseudonym before the canonical identifier changed.';
COMMENT ON COLUMN core.member_alias.new_pseudonym_key IS 'Pseudonym after the canonical identifier changed.';
COMMENT ON COLUMN core.member_alias.since_snapshot_id IS 'First snapshot for which the row holds.';
CREATE TABLE core.dim_indicator (
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	facet TEXT NOT NULL,
	name_en TEXT NOT NULL,
	name_id TEXT NOT NULL,
	formula TEXT NOT NULL,
	unit TEXT NOT NULL,
	range_low DOUBLE PRECISION,
	range_high DOUBLE PRECISION,
	direction TEXT NOT NULL,
	minimum_n TEXT NOT NULL,
	ci_kind TEXT NOT NULL,
	window_months INTEGER NOT NULL,
	look_back_months INTEGER NOT NULL,
	look_ahead_months INTEGER NOT NULL,
	is_optional BOOLEAN NOT NULL,
	is_computed BOOLEAN NOT NULL,
	threats TEXT NOT NULL,
	source TEXT NOT NULL,
	is_current BOOLEAN NOT NULL,
	CONSTRAINT ck_dim_indicator_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_dim_indicator_facet CHECK ("facet" IN ('mechanical', 'organic', 'trust_and_aid', 'information_access', 'social_action', 'belonging', 'bridging', 'fragility', 'resilience', 'membership', 'empowerment', 'composite')),
	CONSTRAINT ck_dim_indicator_range_low CHECK ("range_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_dim_indicator_range_high CHECK ("range_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_dim_indicator_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_dim_indicator_window_months CHECK ("window_months" >= 1),
	CONSTRAINT ck_dim_indicator_look_back_months CHECK ("look_back_months" >= 0),
	CONSTRAINT ck_dim_indicator_look_ahead_months CHECK ("look_ahead_months" >= 0)
);
COMMENT ON TABLE core.dim_indicator IS 'Grain: one row per version of an indicator''s definition.';
COMMENT ON COLUMN core.dim_indicator.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.dim_indicator.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.dim_indicator.facet IS 'Facet of solidarity.';
COMMENT ON COLUMN core.dim_indicator.name_en IS 'Name in English.';
COMMENT ON COLUMN core.dim_indicator.name_id IS 'Name in Indonesian.';
COMMENT ON COLUMN core.dim_indicator.formula IS 'Formula.';
COMMENT ON COLUMN core.dim_indicator.unit IS 'Unit.';
COMMENT ON COLUMN core.dim_indicator.range_low IS 'Least possible value.';
COMMENT ON COLUMN core.dim_indicator.range_high IS 'Greatest possible value.';
COMMENT ON COLUMN core.dim_indicator.direction IS 'What a higher value means.';
COMMENT ON COLUMN core.dim_indicator.minimum_n IS 'Least evidence for a value.';
COMMENT ON COLUMN core.dim_indicator.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN core.dim_indicator.window_months IS 'Months the value looks back over, its own among them. [months]';
COMMENT ON COLUMN core.dim_indicator.look_back_months IS 'Earlier months that can change the value. [months]';
COMMENT ON COLUMN core.dim_indicator.look_ahead_months IS 'Later months that can change the value. [months]';
COMMENT ON COLUMN core.dim_indicator.is_optional IS 'Whether it is left out of composites and reports unless asked for.';
COMMENT ON COLUMN core.dim_indicator.is_computed IS 'Whether this version of the product computes it.';
COMMENT ON COLUMN core.dim_indicator.threats IS 'What can mislead.';
COMMENT ON COLUMN core.dim_indicator.source IS 'Source.';
COMMENT ON COLUMN core.dim_indicator.is_current IS 'Whether this version holds today.';
CREATE TABLE core.dim_activity_kind (
	activity_kind TEXT NOT NULL,
	name_en TEXT NOT NULL,
	name_id TEXT NOT NULL
);
COMMENT ON TABLE core.dim_activity_kind IS 'Grain: one row per kind of activity.';
COMMENT ON COLUMN core.dim_activity_kind.activity_kind IS 'Kind of activity.';
COMMENT ON COLUMN core.dim_activity_kind.name_en IS 'Name in English.';
COMMENT ON COLUMN core.dim_activity_kind.name_id IS 'Name in Indonesian.';
CREATE TABLE core.dim_platform_break (
	breaks_kind TEXT NOT NULL,
	date DATE NOT NULL,
	description TEXT NOT NULL,
	source TEXT NOT NULL
);
COMMENT ON TABLE core.dim_platform_break IS 'Grain: one row per change of the platform.';
COMMENT ON COLUMN core.dim_platform_break.breaks_kind IS 'What changed on the platform or in the group.';
COMMENT ON COLUMN core.dim_platform_break.date IS 'Calendar day.';
COMMENT ON COLUMN core.dim_platform_break.description IS 'Description.';
COMMENT ON COLUMN core.dim_platform_break.source IS 'Source.';
CREATE TABLE core.dim_shock (
	shock TEXT NOT NULL,
	shock_date DATE NOT NULL,
	group_id TEXT,
	origin TEXT NOT NULL
);
COMMENT ON TABLE core.dim_shock IS 'Grain: one row per shock and group; no group means all.';
COMMENT ON COLUMN core.dim_shock.shock IS 'Name of the shock.';
COMMENT ON COLUMN core.dim_shock.shock_date IS 'Day of the shock.';
COMMENT ON COLUMN core.dim_shock.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.dim_shock.origin IS 'Where the row comes from.';
CREATE TABLE core.dim_snapshot (
	snapshot_id TEXT NOT NULL,
	month DATE NOT NULL,
	created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	manifest_sha256 TEXT NOT NULL,
	manifest_json TEXT NOT NULL,
	numbers_sha256 TEXT NOT NULL,
	code_version TEXT NOT NULL,
	lexicon_version TEXT NOT NULL,
	definitions_hash TEXT NOT NULL,
	n_groups BIGINT NOT NULL,
	n_exports BIGINT NOT NULL,
	n_rosters BIGINT NOT NULL,
	withdrawn_at TIMESTAMP WITHOUT TIME ZONE,
	successor_snapshot_id TEXT,
	CONSTRAINT ck_dim_snapshot_n_groups CHECK ("n_groups" >= 0),
	CONSTRAINT ck_dim_snapshot_n_exports CHECK ("n_exports" >= 0),
	CONSTRAINT ck_dim_snapshot_n_rosters CHECK ("n_rosters" >= 0)
);
COMMENT ON TABLE core.dim_snapshot IS 'Grain: one row per snapshot.';
COMMENT ON COLUMN core.dim_snapshot.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN core.dim_snapshot.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.dim_snapshot.created_at IS 'When the row was written. [UTC]';
COMMENT ON COLUMN core.dim_snapshot.manifest_sha256 IS 'Hash of the snapshot''s manifest.';
COMMENT ON COLUMN core.dim_snapshot.manifest_json IS 'The snapshot''s manifest.';
COMMENT ON COLUMN core.dim_snapshot.numbers_sha256 IS 'Hash over the indicators that the snapshot measured, companions included; a rebuilt one has the same.';
COMMENT ON COLUMN core.dim_snapshot.code_version IS 'Version of the product.';
COMMENT ON COLUMN core.dim_snapshot.lexicon_version IS 'Version of the lexicon.';
COMMENT ON COLUMN core.dim_snapshot.definitions_hash IS 'Hash of the indicator definitions.';
COMMENT ON COLUMN core.dim_snapshot.n_groups IS 'Groups. [groups]';
COMMENT ON COLUMN core.dim_snapshot.n_exports IS 'Exports that show it. [exports]';
COMMENT ON COLUMN core.dim_snapshot.n_rosters IS 'Rosters. [files]';
COMMENT ON COLUMN core.dim_snapshot.withdrawn_at IS 'When the snapshot was withdrawn, because somebody counted in it was erased; NULL while it stands. [UTC]';
COMMENT ON COLUMN core.dim_snapshot.successor_snapshot_id IS 'Snapshot that stands in the place of a withdrawn one.';
CREATE TABLE core.fact_message (
	group_key BIGINT NOT NULL,
	message_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	turn_key BIGINT,
	sent_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	local_date DATE NOT NULL,
	kind TEXT NOT NULL,
	n_exports BIGINT NOT NULL,
	has_seconds BOOLEAN NOT NULL,
	is_edited BOOLEAN NOT NULL,
	is_forwarded BOOLEAN NOT NULL,
	is_bot BOOLEAN NOT NULL,
	lang TEXT NOT NULL,
	n_chars BIGINT NOT NULL,
	n_words BIGINT NOT NULL,
	n_emoji BIGINT NOT NULL,
	n_folded_hands BIGINT,
	n_urls BIGINT NOT NULL,
	n_emails BIGINT NOT NULL,
	n_phones BIGINT NOT NULL,
	n_mentions BIGINT NOT NULL,
	lex_we_incl BIGINT NOT NULL,
	lex_we_excl BIGINT NOT NULL,
	lex_i_word BIGINT NOT NULL,
	lex_gratitude BIGINT NOT NULL,
	lex_greeting_ritual BIGINT NOT NULL,
	lex_pious_interjection BIGINT NOT NULL,
	lex_welcome BIGINT NOT NULL,
	lex_condolence BIGINT NOT NULL,
	lex_congrats_prayer BIGINT NOT NULL,
	lex_help_request BIGINT NOT NULL,
	lex_help_offer BIGINT NOT NULL,
	lex_answer_cue BIGINT NOT NULL,
	lex_mutual_aid BIGINT NOT NULL,
	lex_event_activity BIGINT NOT NULL,
	lex_announcement BIGINT NOT NULL,
	lex_invitation BIGINT NOT NULL,
	lex_commitment BIGINT NOT NULL,
	lex_ack BIGINT NOT NULL,
	lex_decline BIGINT NOT NULL,
	lex_praise BIGINT NOT NULL,
	lex_conflict BIGINT NOT NULL,
	lex_humour BIGINT NOT NULL,
	lex_shared_symbol BIGINT NOT NULL,
	lex_negator BIGINT NOT NULL,
	lex_opportunity BIGINT NOT NULL,
	lex_enterprise BIGINT NOT NULL,
	lex_learning BIGINT NOT NULL,
	CONSTRAINT ck_fact_message_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_message_message_key CHECK ("message_key" >= 0),
	CONSTRAINT ck_fact_message_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_message_turn_key CHECK ("turn_key" >= 0),
	CONSTRAINT ck_fact_message_kind CHECK ("kind" IN ('text', 'image', 'video', 'audio', 'gif', 'sticker', 'document', 'media', 'contact', 'location', 'live_location', 'poll', 'call', 'view_once', 'deleted')),
	CONSTRAINT ck_fact_message_n_exports CHECK ("n_exports" >= 0),
	CONSTRAINT ck_fact_message_lang CHECK ("lang" IN ('id', 'su', 'jv', 'ar-Latn', 'en', 'mixed', 'unknown')),
	CONSTRAINT ck_fact_message_n_chars CHECK ("n_chars" >= 0),
	CONSTRAINT ck_fact_message_n_words CHECK ("n_words" >= 0),
	CONSTRAINT ck_fact_message_n_emoji CHECK ("n_emoji" >= 0),
	CONSTRAINT ck_fact_message_n_folded_hands CHECK ("n_folded_hands" >= 0),
	CONSTRAINT ck_fact_message_n_urls CHECK ("n_urls" >= 0),
	CONSTRAINT ck_fact_message_n_emails CHECK ("n_emails" >= 0),
	CONSTRAINT ck_fact_message_n_phones CHECK ("n_phones" >= 0),
	CONSTRAINT ck_fact_message_n_mentions CHECK ("n_mentions" >= 0),
	CONSTRAINT ck_fact_message_lex_we_incl CHECK ("lex_we_incl" >= 0),
	CONSTRAINT ck_fact_message_lex_we_excl CHECK ("lex_we_excl" >= 0),
	CONSTRAINT ck_fact_message_lex_i_word CHECK ("lex_i_word" >= 0),
	CONSTRAINT ck_fact_message_lex_gratitude CHECK ("lex_gratitude" >= 0),
	CONSTRAINT ck_fact_message_lex_greeting_ritual CHECK ("lex_greeting_ritual" >= 0),
	CONSTRAINT ck_fact_message_lex_pious_interjection CHECK ("lex_pious_interjection" >= 0),
	CONSTRAINT ck_fact_message_lex_welcome CHECK ("lex_welcome" >= 0),
	CONSTRAINT ck_fact_message_lex_condolence CHECK ("lex_condolence" >= 0),
	CONSTRAINT ck_fact_message_lex_congrats_prayer CHECK ("lex_congrats_prayer" >= 0),
	CONSTRAINT ck_fact_message_lex_help_request CHECK ("lex_help_request" >= 0),
	CONSTRAINT ck_fact_message_lex_help_offer CHECK ("lex_help_offer" >= 0),
	CONSTRAINT ck_fact_message_lex_answer_cue CHECK ("lex_answer_cue" >= 0),
	CONSTRAINT ck_fact_message_lex_mutual_aid CHECK ("lex_mutual_aid" >= 0),
	CONSTRAINT ck_fact_message_lex_event_activity CHECK ("lex_event_activity" >= 0),
	CONSTRAINT ck_fact_message_lex_announcement CHECK ("lex_announcement" >= 0),
	CONSTRAINT ck_fact_message_lex_invitation CHECK ("lex_invitation" >= 0),
	CONSTRAINT ck_fact_message_lex_commitment CHECK ("lex_commitment" >= 0),
	CONSTRAINT ck_fact_message_lex_ack CHECK ("lex_ack" >= 0),
	CONSTRAINT ck_fact_message_lex_decline CHECK ("lex_decline" >= 0),
	CONSTRAINT ck_fact_message_lex_praise CHECK ("lex_praise" >= 0),
	CONSTRAINT ck_fact_message_lex_conflict CHECK ("lex_conflict" >= 0),
	CONSTRAINT ck_fact_message_lex_humour CHECK ("lex_humour" >= 0),
	CONSTRAINT ck_fact_message_lex_shared_symbol CHECK ("lex_shared_symbol" >= 0),
	CONSTRAINT ck_fact_message_lex_negator CHECK ("lex_negator" >= 0),
	CONSTRAINT ck_fact_message_lex_opportunity CHECK ("lex_opportunity" >= 0),
	CONSTRAINT ck_fact_message_lex_enterprise CHECK ("lex_enterprise" >= 0),
	CONSTRAINT ck_fact_message_lex_learning CHECK ("lex_learning" >= 0)
);
COMMENT ON TABLE core.fact_message IS 'Grain: one authored message.';
COMMENT ON COLUMN core.fact_message.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_message.message_key IS 'Number of a message within its group, in time order.';
COMMENT ON COLUMN core.fact_message.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_message.turn_key IS 'Number of a turn within its group, in time order.';
COMMENT ON COLUMN core.fact_message.sent_at IS 'When it was sent. [UTC]';
COMMENT ON COLUMN core.fact_message.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_message.kind IS 'Kind of message.';
COMMENT ON COLUMN core.fact_message.n_exports IS 'Exports that show it. [exports]';
COMMENT ON COLUMN core.fact_message.has_seconds IS 'Whether the best export states seconds.';
COMMENT ON COLUMN core.fact_message.is_edited IS 'Whether the message is marked as edited.';
COMMENT ON COLUMN core.fact_message.is_forwarded IS 'Whether it is a forwarded template.';
COMMENT ON COLUMN core.fact_message.is_bot IS 'Whether a declared bot sent it.';
COMMENT ON COLUMN core.fact_message.lang IS 'Language tag of the text.';
COMMENT ON COLUMN core.fact_message.n_chars IS 'Characters of the text. [characters]';
COMMENT ON COLUMN core.fact_message.n_words IS 'Word tokens, placeholders left out. [words]';
COMMENT ON COLUMN core.fact_message.n_emoji IS 'Emoji. [emoji]';
COMMENT ON COLUMN core.fact_message.n_folded_hands IS 'Folded hands among the emoji: thanks, please or sorry, so no match of gratitude. Of a turn those outside lists and templates. NULL where the text was deleted before they were counted. [emoji]';
COMMENT ON COLUMN core.fact_message.n_urls IS 'Web addresses. [addresses]';
COMMENT ON COLUMN core.fact_message.n_emails IS 'E-mail addresses; the addresses themselves stay in the vault. [addresses]';
COMMENT ON COLUMN core.fact_message.n_phones IS 'Phone numbers written out; the numbers themselves stay in the vault. [numbers]';
COMMENT ON COLUMN core.fact_message.n_mentions IS 'Mentions of other people. [mentions]';
COMMENT ON COLUMN core.fact_message.lex_we_incl IS 'Scored matches of lexicon category we_incl. [matches]';
COMMENT ON COLUMN core.fact_message.lex_we_excl IS 'Scored matches of lexicon category we_excl. [matches]';
COMMENT ON COLUMN core.fact_message.lex_i_word IS 'Scored matches of lexicon category i_word. [matches]';
COMMENT ON COLUMN core.fact_message.lex_gratitude IS 'Scored matches of lexicon category gratitude. [matches]';
COMMENT ON COLUMN core.fact_message.lex_greeting_ritual IS 'Scored matches of lexicon category greeting_ritual. [matches]';
COMMENT ON COLUMN core.fact_message.lex_pious_interjection IS 'Scored matches of lexicon category pious_interjection. [matches]';
COMMENT ON COLUMN core.fact_message.lex_welcome IS 'Scored matches of lexicon category welcome. [matches]';
COMMENT ON COLUMN core.fact_message.lex_condolence IS 'Scored matches of lexicon category condolence. [matches]';
COMMENT ON COLUMN core.fact_message.lex_congrats_prayer IS 'Scored matches of lexicon category congrats_prayer. [matches]';
COMMENT ON COLUMN core.fact_message.lex_help_request IS 'Scored matches of lexicon category help_request. [matches]';
COMMENT ON COLUMN core.fact_message.lex_help_offer IS 'Scored matches of lexicon category help_offer. [matches]';
COMMENT ON COLUMN core.fact_message.lex_answer_cue IS 'Scored matches of lexicon category answer_cue. [matches]';
COMMENT ON COLUMN core.fact_message.lex_mutual_aid IS 'Scored matches of lexicon category mutual_aid. [matches]';
COMMENT ON COLUMN core.fact_message.lex_event_activity IS 'Scored matches of lexicon category event_activity. [matches]';
COMMENT ON COLUMN core.fact_message.lex_announcement IS 'Scored matches of lexicon category announcement. [matches]';
COMMENT ON COLUMN core.fact_message.lex_invitation IS 'Scored matches of lexicon category invitation. [matches]';
COMMENT ON COLUMN core.fact_message.lex_commitment IS 'Scored matches of lexicon category commitment. [matches]';
COMMENT ON COLUMN core.fact_message.lex_ack IS 'Scored matches of lexicon category ack. [matches]';
COMMENT ON COLUMN core.fact_message.lex_decline IS 'Scored matches of lexicon category decline. [matches]';
COMMENT ON COLUMN core.fact_message.lex_praise IS 'Scored matches of lexicon category praise. [matches]';
COMMENT ON COLUMN core.fact_message.lex_conflict IS 'Scored matches of lexicon category conflict. [matches]';
COMMENT ON COLUMN core.fact_message.lex_humour IS 'Scored matches of lexicon category humour. [matches]';
COMMENT ON COLUMN core.fact_message.lex_shared_symbol IS 'Scored matches of lexicon category shared_symbol. [matches]';
COMMENT ON COLUMN core.fact_message.lex_negator IS 'Scored matches of lexicon category negator. [matches]';
COMMENT ON COLUMN core.fact_message.lex_opportunity IS 'Scored matches of lexicon category opportunity. [matches]';
COMMENT ON COLUMN core.fact_message.lex_enterprise IS 'Scored matches of lexicon category enterprise. [matches]';
COMMENT ON COLUMN core.fact_message.lex_learning IS 'Scored matches of lexicon category learning. [matches]';
CREATE TABLE core.fact_message_change (
	group_key BIGINT NOT NULL,
	message_key BIGINT NOT NULL,
	kind TEXT NOT NULL,
	first_seen_date DATE NOT NULL,
	CONSTRAINT ck_fact_message_change_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_message_change_message_key CHECK ("message_key" >= 0),
	CONSTRAINT ck_fact_message_change_kind CHECK ("kind" IN ('edited', 'deleted'))
);
COMMENT ON TABLE core.fact_message_change IS 'Grain: one first sighting of an edit or deletion.';
COMMENT ON COLUMN core.fact_message_change.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_message_change.message_key IS 'Number of a message within its group, in time order.';
COMMENT ON COLUMN core.fact_message_change.kind IS 'Whether the message was edited or deleted.';
COMMENT ON COLUMN core.fact_message_change.first_seen_date IS 'Day of the export that first showed it.';
CREATE TABLE core.fact_turn (
	group_key BIGINT NOT NULL,
	turn_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	sent_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	local_date DATE NOT NULL,
	role TEXT NOT NULL,
	task TEXT,
	is_text BOOLEAN NOT NULL,
	is_list BOOLEAN NOT NULL,
	is_announcement BOOLEAN NOT NULL,
	is_question BOOLEAN NOT NULL,
	is_help_request BOOLEAN NOT NULL,
	is_prayer_request BOOLEAN NOT NULL,
	is_commitment BOOLEAN NOT NULL,
	is_forwarded BOOLEAN NOT NULL,
	answer_delay_min DOUBLE PRECISION,
	answered_by_member_key BIGINT,
	same_text_days DOUBLE PRECISION,
	others_text_days DOUBLE PRECISION,
	others_again_days DOUBLE PRECISION,
	n_messages BIGINT NOT NULL,
	n_words BIGINT NOT NULL,
	n_folded_hands BIGINT,
	lex_we_incl BIGINT NOT NULL,
	lex_we_excl BIGINT NOT NULL,
	lex_i_word BIGINT NOT NULL,
	lex_gratitude BIGINT NOT NULL,
	lex_greeting_ritual BIGINT NOT NULL,
	lex_pious_interjection BIGINT NOT NULL,
	lex_welcome BIGINT NOT NULL,
	lex_condolence BIGINT NOT NULL,
	lex_congrats_prayer BIGINT NOT NULL,
	lex_help_request BIGINT NOT NULL,
	lex_help_offer BIGINT NOT NULL,
	lex_answer_cue BIGINT NOT NULL,
	lex_mutual_aid BIGINT NOT NULL,
	lex_event_activity BIGINT NOT NULL,
	lex_announcement BIGINT NOT NULL,
	lex_invitation BIGINT NOT NULL,
	lex_commitment BIGINT NOT NULL,
	lex_ack BIGINT NOT NULL,
	lex_decline BIGINT NOT NULL,
	lex_praise BIGINT NOT NULL,
	lex_conflict BIGINT NOT NULL,
	lex_humour BIGINT NOT NULL,
	lex_shared_symbol BIGINT NOT NULL,
	lex_negator BIGINT NOT NULL,
	lex_opportunity BIGINT NOT NULL,
	lex_enterprise BIGINT NOT NULL,
	lex_learning BIGINT NOT NULL,
	style_pron_2 BIGINT NOT NULL,
	style_pron_3 BIGINT NOT NULL,
	style_conjunction BIGINT NOT NULL,
	style_preposition BIGINT NOT NULL,
	style_particle BIGINT NOT NULL,
	style_question BIGINT NOT NULL,
	n_ya BIGINT,
	CONSTRAINT ck_fact_turn_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_turn_turn_key CHECK ("turn_key" >= 0),
	CONSTRAINT ck_fact_turn_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_turn_role CHECK ("role" IN ('founder', 'officer', 'member')),
	CONSTRAINT ck_fact_turn_task CHECK ("task" IN ('aid', 'announce', 'organise', 'inform', 'ritual_care', 'sociable')),
	CONSTRAINT ck_fact_turn_answer_delay_min CHECK ("answer_delay_min" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_turn_answered_by_member_key CHECK ("answered_by_member_key" >= 0),
	CONSTRAINT ck_fact_turn_same_text_days CHECK ("same_text_days" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_turn_others_text_days CHECK ("others_text_days" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_turn_others_again_days CHECK ("others_again_days" BETWEEN 0 AND 3),
	CONSTRAINT ck_fact_turn_n_messages CHECK ("n_messages" >= 0),
	CONSTRAINT ck_fact_turn_n_words CHECK ("n_words" >= 0),
	CONSTRAINT ck_fact_turn_n_folded_hands CHECK ("n_folded_hands" >= 0),
	CONSTRAINT ck_fact_turn_lex_we_incl CHECK ("lex_we_incl" >= 0),
	CONSTRAINT ck_fact_turn_lex_we_excl CHECK ("lex_we_excl" >= 0),
	CONSTRAINT ck_fact_turn_lex_i_word CHECK ("lex_i_word" >= 0),
	CONSTRAINT ck_fact_turn_lex_gratitude CHECK ("lex_gratitude" >= 0),
	CONSTRAINT ck_fact_turn_lex_greeting_ritual CHECK ("lex_greeting_ritual" >= 0),
	CONSTRAINT ck_fact_turn_lex_pious_interjection CHECK ("lex_pious_interjection" >= 0),
	CONSTRAINT ck_fact_turn_lex_welcome CHECK ("lex_welcome" >= 0),
	CONSTRAINT ck_fact_turn_lex_condolence CHECK ("lex_condolence" >= 0),
	CONSTRAINT ck_fact_turn_lex_congrats_prayer CHECK ("lex_congrats_prayer" >= 0),
	CONSTRAINT ck_fact_turn_lex_help_request CHECK ("lex_help_request" >= 0),
	CONSTRAINT ck_fact_turn_lex_help_offer CHECK ("lex_help_offer" >= 0),
	CONSTRAINT ck_fact_turn_lex_answer_cue CHECK ("lex_answer_cue" >= 0),
	CONSTRAINT ck_fact_turn_lex_mutual_aid CHECK ("lex_mutual_aid" >= 0),
	CONSTRAINT ck_fact_turn_lex_event_activity CHECK ("lex_event_activity" >= 0),
	CONSTRAINT ck_fact_turn_lex_announcement CHECK ("lex_announcement" >= 0),
	CONSTRAINT ck_fact_turn_lex_invitation CHECK ("lex_invitation" >= 0),
	CONSTRAINT ck_fact_turn_lex_commitment CHECK ("lex_commitment" >= 0),
	CONSTRAINT ck_fact_turn_lex_ack CHECK ("lex_ack" >= 0),
	CONSTRAINT ck_fact_turn_lex_decline CHECK ("lex_decline" >= 0),
	CONSTRAINT ck_fact_turn_lex_praise CHECK ("lex_praise" >= 0),
	CONSTRAINT ck_fact_turn_lex_conflict CHECK ("lex_conflict" >= 0),
	CONSTRAINT ck_fact_turn_lex_humour CHECK ("lex_humour" >= 0),
	CONSTRAINT ck_fact_turn_lex_shared_symbol CHECK ("lex_shared_symbol" >= 0),
	CONSTRAINT ck_fact_turn_lex_negator CHECK ("lex_negator" >= 0),
	CONSTRAINT ck_fact_turn_lex_opportunity CHECK ("lex_opportunity" >= 0),
	CONSTRAINT ck_fact_turn_lex_enterprise CHECK ("lex_enterprise" >= 0),
	CONSTRAINT ck_fact_turn_lex_learning CHECK ("lex_learning" >= 0),
	CONSTRAINT ck_fact_turn_style_pron_2 CHECK ("style_pron_2" >= 0),
	CONSTRAINT ck_fact_turn_style_pron_3 CHECK ("style_pron_3" >= 0),
	CONSTRAINT ck_fact_turn_style_conjunction CHECK ("style_conjunction" >= 0),
	CONSTRAINT ck_fact_turn_style_preposition CHECK ("style_preposition" >= 0),
	CONSTRAINT ck_fact_turn_style_particle CHECK ("style_particle" >= 0),
	CONSTRAINT ck_fact_turn_style_question CHECK ("style_question" >= 0),
	CONSTRAINT ck_fact_turn_n_ya CHECK ("n_ya" >= 0)
);
COMMENT ON TABLE core.fact_turn IS 'Grain: one turn: consecutive messages of one sender with gaps of at most 2 minutes.';
COMMENT ON COLUMN core.fact_turn.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_turn.turn_key IS 'Number of a turn within its group, in time order.';
COMMENT ON COLUMN core.fact_turn.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_turn.sent_at IS 'When it was sent. [UTC]';
COMMENT ON COLUMN core.fact_turn.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_turn.role IS 'Role in the group.';
COMMENT ON COLUMN core.fact_turn.task IS 'Task class of the turn; NULL without text.';
COMMENT ON COLUMN core.fact_turn.is_text IS 'Whether the turn has at least one letter token of its own.';
COMMENT ON COLUMN core.fact_turn.is_list IS 'Whether the turn carries a list.';
COMMENT ON COLUMN core.fact_turn.is_announcement IS 'Whether the turn announces something.';
COMMENT ON COLUMN core.fact_turn.is_question IS 'Whether the turn asks a question.';
COMMENT ON COLUMN core.fact_turn.is_help_request IS 'Whether the turn asks for help.';
COMMENT ON COLUMN core.fact_turn.is_prayer_request IS 'Whether the turn asks for prayers and for nothing else.';
COMMENT ON COLUMN core.fact_turn.is_commitment IS 'Whether the turn promises to take part: a commitment, or a bare assent within 24 hours of an open call.';
COMMENT ON COLUMN core.fact_turn.is_forwarded IS 'Whether it is a forwarded template.';
COMMENT ON COLUMN core.fact_turn.answer_delay_min IS 'Minutes to the first answer; NULL when none within 24 hours. [minutes]';
COMMENT ON COLUMN core.fact_turn.answered_by_member_key IS 'Sender of the first answer within 24 hours.';
COMMENT ON COLUMN core.fact_turn.same_text_days IS 'Days since the same normal text was last posted in the group, for turns with an opportunity or an offer; NULL for others and the first time. [days]';
COMMENT ON COLUMN core.fact_turn.others_text_days IS 'The same since another member posted it. [days]';
COMMENT ON COLUMN core.fact_turn.others_again_days IS 'Days until another member posted the same text after it; NULL when none did within three. [days]';
COMMENT ON COLUMN core.fact_turn.n_messages IS 'Messages. [messages]';
COMMENT ON COLUMN core.fact_turn.n_words IS 'Word tokens, placeholders left out. [words]';
COMMENT ON COLUMN core.fact_turn.n_folded_hands IS 'Folded hands among the emoji: thanks, please or sorry, so no match of gratitude. Of a turn those outside lists and templates. NULL where the text was deleted before they were counted. [emoji]';
COMMENT ON COLUMN core.fact_turn.lex_we_incl IS 'Scored matches of lexicon category we_incl. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_we_excl IS 'Scored matches of lexicon category we_excl. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_i_word IS 'Scored matches of lexicon category i_word. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_gratitude IS 'Scored matches of lexicon category gratitude. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_greeting_ritual IS 'Scored matches of lexicon category greeting_ritual. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_pious_interjection IS 'Scored matches of lexicon category pious_interjection. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_welcome IS 'Scored matches of lexicon category welcome. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_condolence IS 'Scored matches of lexicon category condolence. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_congrats_prayer IS 'Scored matches of lexicon category congrats_prayer. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_help_request IS 'Scored matches of lexicon category help_request. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_help_offer IS 'Scored matches of lexicon category help_offer. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_answer_cue IS 'Scored matches of lexicon category answer_cue. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_mutual_aid IS 'Scored matches of lexicon category mutual_aid. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_event_activity IS 'Scored matches of lexicon category event_activity. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_announcement IS 'Scored matches of lexicon category announcement. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_invitation IS 'Scored matches of lexicon category invitation. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_commitment IS 'Scored matches of lexicon category commitment. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_ack IS 'Scored matches of lexicon category ack. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_decline IS 'Scored matches of lexicon category decline. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_praise IS 'Scored matches of lexicon category praise. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_conflict IS 'Scored matches of lexicon category conflict. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_humour IS 'Scored matches of lexicon category humour. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_shared_symbol IS 'Scored matches of lexicon category shared_symbol. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_negator IS 'Scored matches of lexicon category negator. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_opportunity IS 'Scored matches of lexicon category opportunity. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_enterprise IS 'Scored matches of lexicon category enterprise. [matches]';
COMMENT ON COLUMN core.fact_turn.lex_learning IS 'Scored matches of lexicon category learning. [matches]';
COMMENT ON COLUMN core.fact_turn.style_pron_2 IS 'Function words of class pron_2. [words]';
COMMENT ON COLUMN core.fact_turn.style_pron_3 IS 'Function words of class pron_3. [words]';
COMMENT ON COLUMN core.fact_turn.style_conjunction IS 'Function words of class conjunction. [words]';
COMMENT ON COLUMN core.fact_turn.style_preposition IS 'Function words of class preposition. [words]';
COMMENT ON COLUMN core.fact_turn.style_particle IS 'Function words of class particle. [words]';
COMMENT ON COLUMN core.fact_turn.style_question IS 'Function words of class question. [words]';
COMMENT ON COLUMN core.fact_turn.n_ya IS 'The particle ''ya'' among the function words, in whatever spelling. NULL where the text was deleted before it was counted. [words]';
CREATE TABLE core.fact_reply (
	group_key BIGINT NOT NULL,
	source_turn_key BIGINT NOT NULL,
	target_turn_key BIGINT NOT NULL,
	source_member_key BIGINT NOT NULL,
	target_member_key BIGINT NOT NULL,
	local_date DATE NOT NULL,
	method TEXT NOT NULL,
	layer TEXT NOT NULL,
	weight DOUBLE PRECISION NOT NULL,
	latency_min DOUBLE PRECISION NOT NULL,
	params_hash TEXT NOT NULL,
	CONSTRAINT ck_fact_reply_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_reply_source_turn_key CHECK ("source_turn_key" >= 0),
	CONSTRAINT ck_fact_reply_target_turn_key CHECK ("target_turn_key" >= 0),
	CONSTRAINT ck_fact_reply_source_member_key CHECK ("source_member_key" >= 0),
	CONSTRAINT ck_fact_reply_target_member_key CHECK ("target_member_key" >= 0),
	CONSTRAINT ck_fact_reply_method CHECK ("method" IN ('mention', 'request', 'broadcast', 'adjacent', 'list')),
	CONSTRAINT ck_fact_reply_layer CHECK ("layer" IN ('core', 'ritual')),
	CONSTRAINT ck_fact_reply_weight CHECK ("weight" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_reply_latency_min CHECK ("latency_min" BETWEEN 0 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE core.fact_reply IS 'Grain: one inferred tie from a turn to an earlier one.';
COMMENT ON COLUMN core.fact_reply.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_reply.source_turn_key IS 'Turn that replies.';
COMMENT ON COLUMN core.fact_reply.target_turn_key IS 'Turn replied to.';
COMMENT ON COLUMN core.fact_reply.source_member_key IS 'Person who replies.';
COMMENT ON COLUMN core.fact_reply.target_member_key IS 'Person replied to.';
COMMENT ON COLUMN core.fact_reply.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_reply.method IS 'Rule that inferred the reply.';
COMMENT ON COLUMN core.fact_reply.layer IS 'Network layer of the reply.';
COMMENT ON COLUMN core.fact_reply.weight IS 'Weight of the tie. [weight]';
COMMENT ON COLUMN core.fact_reply.latency_min IS 'Minutes from target to source, on times floored to the minute. [minutes]';
COMMENT ON COLUMN core.fact_reply.params_hash IS 'Hash of the parameters in force.';
CREATE TABLE core.fact_mention (
	group_key BIGINT NOT NULL,
	turn_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	local_date DATE NOT NULL,
	CONSTRAINT ck_fact_mention_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_mention_turn_key CHECK ("turn_key" >= 0),
	CONSTRAINT ck_fact_mention_member_key CHECK ("member_key" >= 0)
);
COMMENT ON TABLE core.fact_mention IS 'Grain: one person to whom a turn speaks by name, who may not have written yet.';
COMMENT ON COLUMN core.fact_mention.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_mention.turn_key IS 'Number of a turn within its group, in time order.';
COMMENT ON COLUMN core.fact_mention.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_mention.local_date IS 'Calendar day in the group''s time zone.';
CREATE TABLE core.fact_membership_event (
	group_key BIGINT NOT NULL,
	membership_event_key BIGINT NOT NULL,
	event TEXT NOT NULL,
	event_date DATE NOT NULL,
	sent_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	member_key BIGINT,
	actor_member_key BIGINT,
	n_exports BIGINT NOT NULL,
	CONSTRAINT ck_fact_membership_event_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_membership_event_membership_event_key CHECK ("membership_event_key" >= 0),
	CONSTRAINT ck_fact_membership_event_event CHECK ("event" IN ('created', 'subject', 'description', 'icon', 'joined_link', 'joined_community', 'added', 'left', 'removed', 'number_changed', 'admin', 'admin_removed', 'admins_only_on', 'admins_only_off', 'pinned', 'encryption', 'security_code', 'disappearing_on', 'disappearing_off', 'call', 'other')),
	CONSTRAINT ck_fact_membership_event_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_membership_event_actor_member_key CHECK ("actor_member_key" >= 0),
	CONSTRAINT ck_fact_membership_event_n_exports CHECK ("n_exports" >= 0)
);
COMMENT ON TABLE core.fact_membership_event IS 'Grain: one person in one system event, or one event of the whole group.';
COMMENT ON COLUMN core.fact_membership_event.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_membership_event.membership_event_key IS 'Number of a membership event within its group.';
COMMENT ON COLUMN core.fact_membership_event.event IS 'Kind of system event.';
COMMENT ON COLUMN core.fact_membership_event.event_date IS 'Day of the event in the group''s time zone.';
COMMENT ON COLUMN core.fact_membership_event.sent_at IS 'When it was sent. [UTC]';
COMMENT ON COLUMN core.fact_membership_event.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_membership_event.actor_member_key IS 'Person who caused a membership event.';
COMMENT ON COLUMN core.fact_membership_event.n_exports IS 'Exports that show it. [exports]';
CREATE TABLE core.fact_membership (
	group_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	kind TEXT NOT NULL,
	from_date DATE NOT NULL,
	to_date DATE,
	basis TEXT NOT NULL,
	end_basis TEXT,
	is_proven BOOLEAN NOT NULL,
	CONSTRAINT ck_fact_membership_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_membership_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_membership_kind CHECK ("kind" IN ('community', 'group')),
	CONSTRAINT ck_fact_membership_basis CHECK ("basis" IN ('event', 'list', 'roster_stated', 'roster_presumed', 'seen'))
);
COMMENT ON TABLE core.fact_membership IS 'Grain: one interval of membership or presence.';
COMMENT ON COLUMN core.fact_membership.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_membership.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_membership.kind IS 'Membership of the community or presence in the chat group.';
COMMENT ON COLUMN core.fact_membership.from_date IS 'First day of the interval.';
COMMENT ON COLUMN core.fact_membership.to_date IS 'Last day of the interval; NULL while it lasts.';
COMMENT ON COLUMN core.fact_membership.basis IS 'Evidence on which the interval rests.';
COMMENT ON COLUMN core.fact_membership.end_basis IS 'Evidence for the end of the interval.';
COMMENT ON COLUMN core.fact_membership.is_proven IS 'Whether presence is proven rather than presumed.';
CREATE TABLE core.fact_coverage (
	group_key BIGINT NOT NULL,
	date DATE NOT NULL,
	exporter_no INTEGER NOT NULL,
	is_covered BOOLEAN NOT NULL,
	is_gap BOOLEAN NOT NULL,
	is_unverified BOOLEAN NOT NULL,
	CONSTRAINT ck_fact_coverage_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_coverage_exporter_no CHECK ("exporter_no" >= 0)
);
COMMENT ON TABLE core.fact_coverage IS 'Grain: group, day, exporter.';
COMMENT ON COLUMN core.fact_coverage.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_coverage.date IS 'Calendar day.';
COMMENT ON COLUMN core.fact_coverage.exporter_no IS 'Ordinal of an exporting phone within its group.';
COMMENT ON COLUMN core.fact_coverage.is_covered IS 'Whether the exporter''s exports observe the day.';
COMMENT ON COLUMN core.fact_coverage.is_gap IS 'Whether the exporter is silent on a day on which another one is not.';
COMMENT ON COLUMN core.fact_coverage.is_unverified IS 'Whether only one exporter observes the day.';
CREATE TABLE core.fact_activity (
	group_key BIGINT NOT NULL,
	activity_key BIGINT NOT NULL,
	activity_kind TEXT NOT NULL,
	month DATE NOT NULL,
	local_date DATE NOT NULL,
	last_seen_date DATE NOT NULL,
	planned_date DATE,
	deadline_date DATE,
	organiser_member_key BIGINT,
	n_versions BIGINT NOT NULL,
	n_forks BIGINT NOT NULL,
	n_lost_updates BIGINT NOT NULL,
	n_items BIGINT NOT NULL,
	n_matched BIGINT NOT NULL,
	n_unmatched BIGINT NOT NULL,
	n_guests BIGINT NOT NULL,
	stated_total_idr DOUBLE PRECISION,
	items_total_idr DOUBLE PRECISION,
	is_total_mismatch BOOLEAN,
	n_refused_amounts BIGINT NOT NULL,
	n_large_amounts BIGINT NOT NULL,
	is_dues BOOLEAN NOT NULL,
	CONSTRAINT ck_fact_activity_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_activity_activity_key CHECK ("activity_key" >= 0),
	CONSTRAINT ck_fact_activity_organiser_member_key CHECK ("organiser_member_key" >= 0),
	CONSTRAINT ck_fact_activity_n_versions CHECK ("n_versions" >= 0),
	CONSTRAINT ck_fact_activity_n_forks CHECK ("n_forks" >= 0),
	CONSTRAINT ck_fact_activity_n_lost_updates CHECK ("n_lost_updates" >= 0),
	CONSTRAINT ck_fact_activity_n_items CHECK ("n_items" >= 0),
	CONSTRAINT ck_fact_activity_n_matched CHECK ("n_matched" >= 0),
	CONSTRAINT ck_fact_activity_n_unmatched CHECK ("n_unmatched" >= 0),
	CONSTRAINT ck_fact_activity_n_guests CHECK ("n_guests" >= 0),
	CONSTRAINT ck_fact_activity_stated_total_idr CHECK ("stated_total_idr" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_activity_items_total_idr CHECK ("items_total_idr" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_activity_n_refused_amounts CHECK ("n_refused_amounts" >= 0),
	CONSTRAINT ck_fact_activity_n_large_amounts CHECK ("n_large_amounts" >= 0)
);
COMMENT ON TABLE core.fact_activity IS 'Grain: one joint activity: a chain of lists, a poll or an announcement with date.';
COMMENT ON COLUMN core.fact_activity.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_activity.activity_key IS 'Number of an activity within its group, in time order.';
COMMENT ON COLUMN core.fact_activity.activity_kind IS 'Kind of activity.';
COMMENT ON COLUMN core.fact_activity.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_activity.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_activity.last_seen_date IS 'Day of the last version.';
COMMENT ON COLUMN core.fact_activity.planned_date IS 'Day on which the activity is to be, as its header or announcement says.';
COMMENT ON COLUMN core.fact_activity.deadline_date IS 'Day by which to sign, pay or read, as the header says.';
COMMENT ON COLUMN core.fact_activity.organiser_member_key IS 'Sender of the first version of a list.';
COMMENT ON COLUMN core.fact_activity.n_versions IS 'Versions of the list. [versions]';
COMMENT ON COLUMN core.fact_activity.n_forks IS 'Copies made from a version that had been copied already. [versions]';
COMMENT ON COLUMN core.fact_activity.n_lost_updates IS 'Entries lost by a later copy and kept by the union. [entries]';
COMMENT ON COLUMN core.fact_activity.n_items IS 'Entries. [entries]';
COMMENT ON COLUMN core.fact_activity.n_matched IS 'Entries matched to a member. [entries]';
COMMENT ON COLUMN core.fact_activity.n_unmatched IS 'Entries matched to nobody. [entries]';
COMMENT ON COLUMN core.fact_activity.n_guests IS 'Guests announced beside members. [people]';
COMMENT ON COLUMN core.fact_activity.stated_total_idr IS 'Total written in the list. [IDR nominal]';
COMMENT ON COLUMN core.fact_activity.items_total_idr IS 'Sum of the entries'' amounts. [IDR nominal]';
COMMENT ON COLUMN core.fact_activity.is_total_mismatch IS 'Whether stated total and sum of entries differ.';
COMMENT ON COLUMN core.fact_activity.n_refused_amounts IS 'Entries whose amount cannot be told: a range, two meanings, out of range. [entries]';
COMMENT ON COLUMN core.fact_activity.n_large_amounts IS 'Entries with an amount so large that a person should look at it. [entries]';
COMMENT ON COLUMN core.fact_activity.is_dues IS 'Whether a collection is of dues: an obligation, no gift.';
CREATE TABLE core.fact_activity_version (
	group_key BIGINT NOT NULL,
	activity_key BIGINT NOT NULL,
	version_no INTEGER NOT NULL,
	parent_version_no INTEGER,
	turn_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	local_date DATE NOT NULL,
	n_items BIGINT NOT NULL,
	CONSTRAINT ck_fact_activity_version_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_activity_version_activity_key CHECK ("activity_key" >= 0),
	CONSTRAINT ck_fact_activity_version_version_no CHECK ("version_no" >= 1),
	CONSTRAINT ck_fact_activity_version_parent_version_no CHECK ("parent_version_no" >= 1),
	CONSTRAINT ck_fact_activity_version_turn_key CHECK ("turn_key" >= 0),
	CONSTRAINT ck_fact_activity_version_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_activity_version_n_items CHECK ("n_items" >= 0)
);
COMMENT ON TABLE core.fact_activity_version IS 'Grain: one copy of a list.';
COMMENT ON COLUMN core.fact_activity_version.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_activity_version.activity_key IS 'Number of an activity within its group, in time order.';
COMMENT ON COLUMN core.fact_activity_version.version_no IS 'Ordinal of a version of a list.';
COMMENT ON COLUMN core.fact_activity_version.parent_version_no IS 'Version this one was copied from.';
COMMENT ON COLUMN core.fact_activity_version.turn_key IS 'Number of a turn within its group, in time order.';
COMMENT ON COLUMN core.fact_activity_version.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_activity_version.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_activity_version.n_items IS 'Entries. [entries]';
CREATE TABLE core.fact_participation (
	group_key BIGINT NOT NULL,
	activity_key BIGINT NOT NULL,
	entry_no INTEGER NOT NULL,
	member_key BIGINT,
	slot TEXT,
	added_date DATE NOT NULL,
	added_by_member_key BIGINT NOT NULL,
	is_proxy BOOLEAN NOT NULL,
	is_on_list BOOLEAN NOT NULL,
	participation_status TEXT NOT NULL,
	amount_idr DOUBLE PRECISION,
	is_paid BOOLEAN,
	n_guests BIGINT NOT NULL,
	CONSTRAINT ck_fact_participation_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_participation_activity_key CHECK ("activity_key" >= 0),
	CONSTRAINT ck_fact_participation_entry_no CHECK ("entry_no" >= 1),
	CONSTRAINT ck_fact_participation_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_participation_added_by_member_key CHECK ("added_by_member_key" >= 0),
	CONSTRAINT ck_fact_participation_participation_status CHECK ("participation_status" IN ('yes', 'no', 'maybe', 'done', 'withdrawn')),
	CONSTRAINT ck_fact_participation_amount_idr CHECK ("amount_idr" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_participation_n_guests CHECK ("n_guests" >= 0)
);
COMMENT ON TABLE core.fact_participation IS 'Grain: one entry of an activity.';
COMMENT ON COLUMN core.fact_participation.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_participation.activity_key IS 'Number of an activity within its group, in time order.';
COMMENT ON COLUMN core.fact_participation.entry_no IS 'Ordinal of the entry within its activity.';
COMMENT ON COLUMN core.fact_participation.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_participation.slot IS 'Slot of an entry, such as a juz number.';
COMMENT ON COLUMN core.fact_participation.added_date IS 'Day of the first version that holds the entry.';
COMMENT ON COLUMN core.fact_participation.added_by_member_key IS 'Sender of the first version that holds the entry.';
COMMENT ON COLUMN core.fact_participation.is_proxy IS 'Whether another person entered the name.';
COMMENT ON COLUMN core.fact_participation.is_on_list IS 'Whether the entry stands on the list, not in a message beside it.';
COMMENT ON COLUMN core.fact_participation.participation_status IS 'What the entry says.';
COMMENT ON COLUMN core.fact_participation.amount_idr IS 'Amount of the entry. [IDR nominal]';
COMMENT ON COLUMN core.fact_participation.is_paid IS 'Whether the entry is marked as paid.';
COMMENT ON COLUMN core.fact_participation.n_guests IS 'Guests announced beside members. [people]';
CREATE TABLE core.fact_attendance (
	group_key BIGINT NOT NULL,
	activity_date DATE NOT NULL,
	attendee_no BIGINT NOT NULL,
	member_key BIGINT,
	n_attended BIGINT,
	CONSTRAINT ck_fact_attendance_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_attendance_attendee_no CHECK ("attendee_no" >= 0),
	CONSTRAINT ck_fact_attendance_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_attendance_n_attended CHECK ("n_attended" >= 0)
);
COMMENT ON TABLE core.fact_attendance IS 'Grain: one declared attendance (attendee 0: the whole), and one person of it.';
COMMENT ON COLUMN core.fact_attendance.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_attendance.activity_date IS 'Day of an activity whose attendance corrections.toml declares.';
COMMENT ON COLUMN core.fact_attendance.attendee_no IS 'Number of a person within a declared attendance; 0 is the whole.';
COMMENT ON COLUMN core.fact_attendance.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_attendance.n_attended IS 'People who came, by the attendance ledger; NULL on rows of persons. [people]';
CREATE TABLE core.fact_trigger (
	group_key BIGINT NOT NULL,
	turn_key BIGINT NOT NULL,
	trigger_kind TEXT NOT NULL,
	member_key BIGINT NOT NULL,
	local_date DATE NOT NULL,
	n_chorus BIGINT NOT NULL,
	n_chorus_upper BIGINT NOT NULL,
	CONSTRAINT ck_fact_trigger_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_trigger_turn_key CHECK ("turn_key" >= 0),
	CONSTRAINT ck_fact_trigger_trigger_kind CHECK ("trigger_kind" IN ('death', 'wedding', 'birth', 'graduation', 'eid')),
	CONSTRAINT ck_fact_trigger_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_trigger_n_chorus CHECK ("n_chorus" >= 0),
	CONSTRAINT ck_fact_trigger_n_chorus_upper CHECK ("n_chorus_upper" >= 0)
);
COMMENT ON TABLE core.fact_trigger IS 'Grain: one turn that brings the news of a death or a joy.';
COMMENT ON COLUMN core.fact_trigger.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_trigger.turn_key IS 'Number of a turn within its group, in time order.';
COMMENT ON COLUMN core.fact_trigger.trigger_kind IS 'What calls for a chorus.';
COMMENT ON COLUMN core.fact_trigger.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_trigger.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_trigger.n_chorus IS 'People other than the sender who answered with ritual words in 48 hours. [people]';
COMMENT ON COLUMN core.fact_trigger.n_chorus_upper IS 'The same, those who sent nothing but stickers counted too. [people]';
CREATE TABLE core.fact_campaign (
	group_key BIGINT NOT NULL,
	campaign_key BIGINT NOT NULL,
	activity_kind TEXT NOT NULL,
	month DATE NOT NULL,
	local_date DATE NOT NULL,
	last_seen_date DATE NOT NULL,
	is_open BOOLEAN NOT NULL,
	n_turns BIGINT NOT NULL,
	n_active_days BIGINT NOT NULL,
	n_talkers BIGINT NOT NULL,
	n_committed BIGINT NOT NULL,
	n_reached BIGINT NOT NULL,
	half_life_days DOUBLE PRECISION,
	half_life_lo DOUBLE PRECISION,
	half_life_hi DOUBLE PRECISION,
	CONSTRAINT ck_fact_campaign_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_campaign_campaign_key CHECK ("campaign_key" >= 0),
	CONSTRAINT ck_fact_campaign_n_turns CHECK ("n_turns" >= 0),
	CONSTRAINT ck_fact_campaign_n_active_days CHECK ("n_active_days" >= 0),
	CONSTRAINT ck_fact_campaign_n_talkers CHECK ("n_talkers" >= 0),
	CONSTRAINT ck_fact_campaign_n_committed CHECK ("n_committed" >= 0),
	CONSTRAINT ck_fact_campaign_n_reached CHECK ("n_reached" >= 0),
	CONSTRAINT ck_fact_campaign_half_life_days CHECK ("half_life_days" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_campaign_half_life_lo CHECK ("half_life_lo" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_campaign_half_life_hi CHECK ("half_life_hi" BETWEEN 0 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE core.fact_campaign IS 'Grain: one campaign: a list, a poll or an announced activity with the talk about it.';
COMMENT ON COLUMN core.fact_campaign.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_campaign.campaign_key IS 'Number of a campaign within its group: that of its activity.';
COMMENT ON COLUMN core.fact_campaign.activity_kind IS 'Kind of activity.';
COMMENT ON COLUMN core.fact_campaign.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_campaign.local_date IS 'Calendar day in the group''s time zone.';
COMMENT ON COLUMN core.fact_campaign.last_seen_date IS 'Day of the last version.';
COMMENT ON COLUMN core.fact_campaign.is_open IS 'Whether the 14 silent days that end a campaign were not over at the cut.';
COMMENT ON COLUMN core.fact_campaign.n_turns IS 'Turns of the campaign. [turns]';
COMMENT ON COLUMN core.fact_campaign.n_active_days IS 'Days with a turn of the campaign. [days]';
COMMENT ON COLUMN core.fact_campaign.n_talkers IS 'People who talked about the campaign. [people]';
COMMENT ON COLUMN core.fact_campaign.n_committed IS 'People who committed. [people]';
COMMENT ON COLUMN core.fact_campaign.n_reached IS 'People who talked about the campaign or committed. [people]';
COMMENT ON COLUMN core.fact_campaign.half_life_days IS 'Days for daily turns to fall to half after the peak. [days]';
COMMENT ON COLUMN core.fact_campaign.half_life_lo IS 'Lower end of the half-life''s interval. [days]';
COMMENT ON COLUMN core.fact_campaign.half_life_hi IS 'Upper end of the half-life''s interval; NULL without end. [days]';
CREATE TABLE core.fact_campaign_member (
	group_key BIGINT NOT NULL,
	campaign_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	is_talker BOOLEAN NOT NULL,
	is_committed BOOLEAN NOT NULL,
	CONSTRAINT ck_fact_campaign_member_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_campaign_member_campaign_key CHECK ("campaign_key" >= 0),
	CONSTRAINT ck_fact_campaign_member_member_key CHECK ("member_key" >= 0)
);
COMMENT ON TABLE core.fact_campaign_member IS 'Grain: one person in a campaign.';
COMMENT ON COLUMN core.fact_campaign_member.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_campaign_member.campaign_key IS 'Number of a campaign within its group: that of its activity.';
COMMENT ON COLUMN core.fact_campaign_member.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_campaign_member.is_talker IS 'Whether the person talked about the campaign.';
COMMENT ON COLUMN core.fact_campaign_member.is_committed IS 'Whether the person committed.';
CREATE TABLE core.member_permission (
	group_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	is_counted BOOLEAN NOT NULL,
	may_have_row BOOLEAN NOT NULL,
	CONSTRAINT ck_member_permission_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_member_permission_member_key CHECK ("member_key" >= 0)
);
COMMENT ON TABLE core.member_permission IS 'Grain: one member of a group, by the consent in force.';
COMMENT ON COLUMN core.member_permission.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.member_permission.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.member_permission.is_counted IS 'Whether the consent in force lets the person stand in N and in group totals.';
COMMENT ON COLUMN core.member_permission.may_have_row IS 'Whether the consent in force lets the person stand in a member-level table of the enclave.';
CREATE TABLE core.fact_member_month (
	group_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	month DATE NOT NULL,
	turns BIGINT NOT NULL,
	text_turns BIGINT NOT NULL,
	words BIGINT NOT NULL,
	replies_given DOUBLE PRECISION NOT NULL,
	replies_received DOUBLE PRECISION NOT NULL,
	questions BIGINT NOT NULL,
	help_requests BIGINT NOT NULL,
	help_answers BIGINT NOT NULL,
	unanswered_requests BIGINT NOT NULL,
	list_entries BIGINT NOT NULL,
	learning_entries BIGINT NOT NULL,
	symbol_turns BIGINT NOT NULL,
	ritual_turns BIGINT NOT NULL,
	we_turns BIGINT NOT NULL,
	i_turns BIGINT NOT NULL,
	offer_turns BIGINT NOT NULL,
	opportunity_turns BIGINT NOT NULL,
	n_ties BIGINT NOT NULL,
	present_days BIGINT NOT NULL,
	covered_days BIGINT NOT NULL,
	tenure_days BIGINT NOT NULL,
	CONSTRAINT ck_fact_member_month_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_member_month_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_member_month_turns CHECK ("turns" >= 0),
	CONSTRAINT ck_fact_member_month_text_turns CHECK ("text_turns" >= 0),
	CONSTRAINT ck_fact_member_month_words CHECK ("words" >= 0),
	CONSTRAINT ck_fact_member_month_replies_given CHECK ("replies_given" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_member_month_replies_received CHECK ("replies_received" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_member_month_questions CHECK ("questions" >= 0),
	CONSTRAINT ck_fact_member_month_help_requests CHECK ("help_requests" >= 0),
	CONSTRAINT ck_fact_member_month_help_answers CHECK ("help_answers" >= 0),
	CONSTRAINT ck_fact_member_month_unanswered_requests CHECK ("unanswered_requests" >= 0),
	CONSTRAINT ck_fact_member_month_list_entries CHECK ("list_entries" >= 0),
	CONSTRAINT ck_fact_member_month_learning_entries CHECK ("learning_entries" >= 0),
	CONSTRAINT ck_fact_member_month_symbol_turns CHECK ("symbol_turns" >= 0),
	CONSTRAINT ck_fact_member_month_ritual_turns CHECK ("ritual_turns" >= 0),
	CONSTRAINT ck_fact_member_month_we_turns CHECK ("we_turns" >= 0),
	CONSTRAINT ck_fact_member_month_i_turns CHECK ("i_turns" >= 0),
	CONSTRAINT ck_fact_member_month_offer_turns CHECK ("offer_turns" >= 0),
	CONSTRAINT ck_fact_member_month_opportunity_turns CHECK ("opportunity_turns" >= 0),
	CONSTRAINT ck_fact_member_month_n_ties CHECK ("n_ties" >= 0),
	CONSTRAINT ck_fact_member_month_present_days CHECK ("present_days" >= 0),
	CONSTRAINT ck_fact_member_month_covered_days CHECK ("covered_days" >= 0),
	CONSTRAINT ck_fact_member_month_tenure_days CHECK ("tenure_days" >= 0)
);
COMMENT ON TABLE core.fact_member_month IS 'Grain: one person present in a group in a month.';
COMMENT ON COLUMN core.fact_member_month.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_member_month.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_member_month.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_member_month.turns IS 'Turns. [turns]';
COMMENT ON COLUMN core.fact_member_month.text_turns IS 'Turns with text of their own. [turns]';
COMMENT ON COLUMN core.fact_member_month.words IS 'Words. [words]';
COMMENT ON COLUMN core.fact_member_month.replies_given IS 'Weight of core replies given. [weight]';
COMMENT ON COLUMN core.fact_member_month.replies_received IS 'Weight of core replies received. [weight]';
COMMENT ON COLUMN core.fact_member_month.questions IS 'Questions asked. [turns]';
COMMENT ON COLUMN core.fact_member_month.help_requests IS 'Requests for help. [turns]';
COMMENT ON COLUMN core.fact_member_month.help_answers IS 'First answers given to requests for help. [turns]';
COMMENT ON COLUMN core.fact_member_month.unanswered_requests IS 'Requests for help without an answer within 24 hours; no sign that they were refused or unseen. [turns]';
COMMENT ON COLUMN core.fact_member_month.list_entries IS 'Entries in lists. [entries]';
COMMENT ON COLUMN core.fact_member_month.learning_entries IS 'Entries in lists of learning activities. [entries]';
COMMENT ON COLUMN core.fact_member_month.symbol_turns IS 'Text turns that name a shared symbol. [turns]';
COMMENT ON COLUMN core.fact_member_month.ritual_turns IS 'Text turns with a greeting, congratulation or prayer, announcements and forwards left out. [turns]';
COMMENT ON COLUMN core.fact_member_month.we_turns IS 'Text turns with we. [turns]';
COMMENT ON COLUMN core.fact_member_month.i_turns IS 'Text turns with I. [turns]';
COMMENT ON COLUMN core.fact_member_month.offer_turns IS 'Turns that offer help. [turns]';
COMMENT ON COLUMN core.fact_member_month.opportunity_turns IS 'Turns that share an opportunity. [turns]';
COMMENT ON COLUMN core.fact_member_month.n_ties IS 'Distinct people tied to by core replies, either way. [people]';
COMMENT ON COLUMN core.fact_member_month.present_days IS 'Covered days present in the group. [days]';
COMMENT ON COLUMN core.fact_member_month.covered_days IS 'Days observed by at least one export. [days]';
COMMENT ON COLUMN core.fact_member_month.tenure_days IS 'Days since first proven or presumed presence. [days]';
CREATE TABLE core.fact_newcomer (
	group_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	stretch_no INTEGER NOT NULL,
	joined_on DATE NOT NULL,
	is_welcomed BOOLEAN,
	from_day BIGINT NOT NULL,
	to_day BIGINT NOT NULL,
	is_silent BOOLEAN NOT NULL,
	CONSTRAINT ck_fact_newcomer_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_newcomer_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_fact_newcomer_stretch_no CHECK ("stretch_no" >= 1),
	CONSTRAINT ck_fact_newcomer_from_day CHECK ("from_day" >= 0),
	CONSTRAINT ck_fact_newcomer_to_day CHECK ("to_day" >= 1)
);
COMMENT ON TABLE core.fact_newcomer IS 'Grain: one observed stretch of a person who joined in sight of the exports.';
COMMENT ON COLUMN core.fact_newcomer.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_newcomer.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN core.fact_newcomer.stretch_no IS 'Ordinal of an observed stretch.';
COMMENT ON COLUMN core.fact_newcomer.joined_on IS 'Day on which the person joined the group.';
COMMENT ON COLUMN core.fact_newcomer.is_welcomed IS 'Whether the newcomer was welcomed.';
COMMENT ON COLUMN core.fact_newcomer.from_day IS 'Day since joining after which the stretch begins. [days]';
COMMENT ON COLUMN core.fact_newcomer.to_day IS 'Day since joining on which the stretch ends. [days]';
COMMENT ON COLUMN core.fact_newcomer.is_silent IS 'Whether the person fell silent for 84 days, or left, at the end of the stretch.';
CREATE TABLE core.fact_indicator (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	params_hash TEXT NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	n_lo DOUBLE PRECISION,
	n_hi DOUBLE PRECISION,
	window_months INTEGER NOT NULL,
	coverage DOUBLE PRECISION NOT NULL,
	status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_fact_indicator_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_indicator_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_fact_indicator_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_fact_indicator_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_n_lo CHECK ("n_lo" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_n_hi CHECK ("n_hi" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_window_months CHECK ("window_months" >= 1),
	CONSTRAINT ck_fact_indicator_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_indicator_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE core.fact_indicator IS 'Grain: group, month, indicator.';
COMMENT ON COLUMN core.fact_indicator.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_indicator.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_indicator.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_indicator.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_indicator.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.fact_indicator.params_hash IS 'Hash of the parameters in force.';
COMMENT ON COLUMN core.fact_indicator.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN core.fact_indicator.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN core.fact_indicator.n_num IS 'Numerator.';
COMMENT ON COLUMN core.fact_indicator.n_den IS 'Denominator.';
COMMENT ON COLUMN core.fact_indicator.n_lo IS 'Members with proven presence. [member-days per covered day]';
COMMENT ON COLUMN core.fact_indicator.n_hi IS 'Members with proven or presumed presence. [member-days per covered day]';
COMMENT ON COLUMN core.fact_indicator.window_months IS 'Months the value looks back over, its own among them. [months]';
COMMENT ON COLUMN core.fact_indicator.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN core.fact_indicator.status IS 'Why the value is there or not.';
COMMENT ON COLUMN core.fact_indicator.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE core.fact_indicator_detail (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	detail TEXT NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_fact_indicator_detail_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_indicator_detail_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_fact_indicator_detail_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_detail_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_detail_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_detail_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_fact_indicator_detail_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_detail_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_detail_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE core.fact_indicator_detail IS 'Grain: a companion of an indicator.';
COMMENT ON COLUMN core.fact_indicator_detail.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_indicator_detail.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_indicator_detail.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_indicator_detail.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_indicator_detail.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.fact_indicator_detail.detail IS 'Name of the companion.';
COMMENT ON COLUMN core.fact_indicator_detail.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN core.fact_indicator_detail.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator_detail.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator_detail.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN core.fact_indicator_detail.n_num IS 'Numerator.';
COMMENT ON COLUMN core.fact_indicator_detail.n_den IS 'Denominator.';
COMMENT ON COLUMN core.fact_indicator_detail.status IS 'Why the value is there or not.';
COMMENT ON COLUMN core.fact_indicator_detail.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE core.composite_base (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	base_version INTEGER NOT NULL,
	base_from DATE NOT NULL,
	base_to DATE NOT NULL,
	n_months BIGINT NOT NULL,
	median DOUBLE PRECISION NOT NULL,
	mad DOUBLE PRECISION NOT NULL,
	CONSTRAINT ck_composite_base_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_composite_base_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_composite_base_base_version CHECK ("base_version" >= 1),
	CONSTRAINT ck_composite_base_n_months CHECK ("n_months" >= 0),
	CONSTRAINT ck_composite_base_median CHECK ("median" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_composite_base_mad CHECK ("mad" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE core.composite_base IS 'Grain: base period of a component.';
COMMENT ON COLUMN core.composite_base.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.composite_base.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.composite_base.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.composite_base.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.composite_base.base_version IS 'Version of the base period.';
COMMENT ON COLUMN core.composite_base.base_from IS 'First month of the base period.';
COMMENT ON COLUMN core.composite_base.base_to IS 'Last month of the base period.';
COMMENT ON COLUMN core.composite_base.n_months IS 'Months used. [months]';
COMMENT ON COLUMN core.composite_base.median IS 'Median of the transformed values of the base period.';
COMMENT ON COLUMN core.composite_base.mad IS '1.4826 times the median absolute deviation of the base period.';
CREATE TABLE core.lexicon_eval (
	group_key BIGINT NOT NULL,
	category TEXT NOT NULL,
	lexicon_version TEXT NOT NULL,
	n_coded BIGINT NOT NULL,
	n_coders BIGINT NOT NULL,
	alpha DOUBLE PRECISION,
	precision DOUBLE PRECISION,
	precision_lo DOUBLE PRECISION,
	precision_hi DOUBLE PRECISION,
	recall DOUBLE PRECISION,
	recall_lo DOUBLE PRECISION,
	recall_hi DOUBLE PRECISION,
	rate_per_1000 DOUBLE PRECISION,
	corrected_rate_per_1000 DOUBLE PRECISION,
	CONSTRAINT ck_lexicon_eval_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_lexicon_eval_category CHECK ("category" IN ('we_incl', 'we_excl', 'i_word', 'gratitude', 'greeting_ritual', 'pious_interjection', 'welcome', 'condolence', 'congrats_prayer', 'help_request', 'help_offer', 'answer_cue', 'mutual_aid', 'event_activity', 'announcement', 'invitation', 'commitment', 'ack', 'decline', 'praise', 'conflict', 'humour', 'shared_symbol', 'negator', 'opportunity', 'enterprise', 'learning')),
	CONSTRAINT ck_lexicon_eval_n_coded CHECK ("n_coded" >= 0),
	CONSTRAINT ck_lexicon_eval_n_coders CHECK ("n_coders" >= 0),
	CONSTRAINT ck_lexicon_eval_alpha CHECK ("alpha" BETWEEN -1 AND 1),
	CONSTRAINT ck_lexicon_eval_precision CHECK ("precision" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_precision_lo CHECK ("precision_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_precision_hi CHECK ("precision_hi" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_recall CHECK ("recall" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_recall_lo CHECK ("recall_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_recall_hi CHECK ("recall_hi" BETWEEN 0 AND 1),
	CONSTRAINT ck_lexicon_eval_rate_per_1000 CHECK ("rate_per_1000" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_lexicon_eval_corrected_rate_per_1000 CHECK ("corrected_rate_per_1000" BETWEEN 0 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE core.lexicon_eval IS 'Grain: one category of the lexicon, as human coders judged it in a group.';
COMMENT ON COLUMN core.lexicon_eval.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.lexicon_eval.category IS 'Category of the lexicon.';
COMMENT ON COLUMN core.lexicon_eval.lexicon_version IS 'Version of the lexicon.';
COMMENT ON COLUMN core.lexicon_eval.n_coded IS 'Turns that human coders judged. [turns]';
COMMENT ON COLUMN core.lexicon_eval.n_coders IS 'Human coders. [people]';
COMMENT ON COLUMN core.lexicon_eval.alpha IS 'Krippendorff''s alpha of the coders, nominal.';
COMMENT ON COLUMN core.lexicon_eval.precision IS 'Share of what the method found that coders confirm. [share]';
COMMENT ON COLUMN core.lexicon_eval.precision_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN core.lexicon_eval.precision_hi IS 'Upper end of its 95 % interval. [share]';
COMMENT ON COLUMN core.lexicon_eval.recall IS 'Share of what coders see that the method found. [share]';
COMMENT ON COLUMN core.lexicon_eval.recall_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN core.lexicon_eval.recall_hi IS 'Upper end of its 95 % interval. [share]';
COMMENT ON COLUMN core.lexicon_eval.rate_per_1000 IS 'Turns with a match per 1000 turns with text. [turns per 1000]';
COMMENT ON COLUMN core.lexicon_eval.corrected_rate_per_1000 IS 'That rate times precision over recall. [turns per 1000]';
CREATE TABLE core.reply_eval (
	group_key BIGINT NOT NULL,
	method TEXT NOT NULL,
	params_hash TEXT NOT NULL,
	n_coded BIGINT NOT NULL,
	n_coders BIGINT NOT NULL,
	alpha DOUBLE PRECISION,
	precision DOUBLE PRECISION,
	precision_lo DOUBLE PRECISION,
	precision_hi DOUBLE PRECISION,
	recall DOUBLE PRECISION,
	recall_lo DOUBLE PRECISION,
	recall_hi DOUBLE PRECISION,
	CONSTRAINT ck_reply_eval_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_reply_eval_method CHECK ("method" IN ('mention', 'request', 'broadcast', 'adjacent', 'list', 'all')),
	CONSTRAINT ck_reply_eval_n_coded CHECK ("n_coded" >= 0),
	CONSTRAINT ck_reply_eval_n_coders CHECK ("n_coders" >= 0),
	CONSTRAINT ck_reply_eval_alpha CHECK ("alpha" BETWEEN -1 AND 1),
	CONSTRAINT ck_reply_eval_precision CHECK ("precision" BETWEEN 0 AND 1),
	CONSTRAINT ck_reply_eval_precision_lo CHECK ("precision_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_reply_eval_precision_hi CHECK ("precision_hi" BETWEEN 0 AND 1),
	CONSTRAINT ck_reply_eval_recall CHECK ("recall" BETWEEN 0 AND 1),
	CONSTRAINT ck_reply_eval_recall_lo CHECK ("recall_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_reply_eval_recall_hi CHECK ("recall_hi" BETWEEN 0 AND 1)
);
COMMENT ON TABLE core.reply_eval IS 'Grain: one rule of reply inference, as human coders judged it in a group.';
COMMENT ON COLUMN core.reply_eval.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.reply_eval.method IS 'Rule that inferred the replies; `all` for all rules together.';
COMMENT ON COLUMN core.reply_eval.params_hash IS 'Hash of the parameters in force.';
COMMENT ON COLUMN core.reply_eval.n_coded IS 'Turns that human coders judged. [turns]';
COMMENT ON COLUMN core.reply_eval.n_coders IS 'Human coders. [people]';
COMMENT ON COLUMN core.reply_eval.alpha IS 'Krippendorff''s alpha of the coders, nominal.';
COMMENT ON COLUMN core.reply_eval.precision IS 'Share of what the method found that coders confirm. [share]';
COMMENT ON COLUMN core.reply_eval.precision_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN core.reply_eval.precision_hi IS 'Upper end of its 95 % interval. [share]';
COMMENT ON COLUMN core.reply_eval.recall IS 'Share of what coders see that the method found. [share]';
COMMENT ON COLUMN core.reply_eval.recall_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN core.reply_eval.recall_hi IS 'Upper end of its 95 % interval. [share]';
CREATE TABLE core.fact_indicator_vintage (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	coverage DOUBLE PRECISION NOT NULL,
	status TEXT NOT NULL,
	is_removed BOOLEAN NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_fact_indicator_vintage_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_indicator_vintage_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_fact_indicator_vintage_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_vintage_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_vintage_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_vintage_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_fact_indicator_vintage_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_vintage_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_indicator_vintage_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_indicator_vintage_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE core.fact_indicator_vintage IS 'Grain: a cell that a snapshot changed; as of a snapshot holds the last row at or before it.';
COMMENT ON COLUMN core.fact_indicator_vintage.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_indicator_vintage.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_indicator_vintage.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_indicator_vintage.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_indicator_vintage.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.fact_indicator_vintage.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN core.fact_indicator_vintage.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator_vintage.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN core.fact_indicator_vintage.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN core.fact_indicator_vintage.n_num IS 'Numerator.';
COMMENT ON COLUMN core.fact_indicator_vintage.n_den IS 'Denominator.';
COMMENT ON COLUMN core.fact_indicator_vintage.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN core.fact_indicator_vintage.status IS 'Why the value is there or not.';
COMMENT ON COLUMN core.fact_indicator_vintage.is_removed IS 'Whether the snapshot no longer holds the cell.';
COMMENT ON COLUMN core.fact_indicator_vintage.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE core.fact_trend (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	n_months BIGINT NOT NULL,
	slope_per_month DOUBLE PRECISION,
	slope_lo DOUBLE PRECISION,
	slope_hi DOUBLE PRECISION,
	p_ar1boot DOUBLE PRECISION,
	p_hamed_rao DOUBLE PRECISION,
	p_seasonal DOUBLE PRECISION,
	q_bh DOUBLE PRECISION,
	q_by DOUBLE PRECISION,
	is_adjusted BOOLEAN NOT NULL,
	same_sign_share DOUBLE PRECISION,
	is_window_sensitive BOOLEAN,
	trend_status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_fact_trend_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_trend_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_fact_trend_n_months CHECK ("n_months" >= 0),
	CONSTRAINT ck_fact_trend_slope_per_month CHECK ("slope_per_month" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_trend_slope_lo CHECK ("slope_lo" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_trend_slope_hi CHECK ("slope_hi" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_trend_p_ar1boot CHECK ("p_ar1boot" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_p_hamed_rao CHECK ("p_hamed_rao" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_p_seasonal CHECK ("p_seasonal" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_q_bh CHECK ("q_bh" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_q_by CHECK ("q_by" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_same_sign_share CHECK ("same_sign_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_fact_trend_trend_status CHECK ("trend_status" IN ('no values', 'too short to tell', 'not tested', 'indicative: rising', 'indicative: falling', 'indicative: no clear change', 'rising', 'falling', 'no clear change', 'no verdict: adjustment turns the sign', 'no verdict: variants disagree', 'no verdict: stickers took the place of words'))
);
COMMENT ON TABLE core.fact_trend IS 'Grain: group, indicator: trend over the covered history.';
COMMENT ON COLUMN core.fact_trend.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_trend.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_trend.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_trend.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.fact_trend.n_months IS 'Months used. [months]';
COMMENT ON COLUMN core.fact_trend.slope_per_month IS 'Theil-Sen slope. [unit per month]';
COMMENT ON COLUMN core.fact_trend.slope_lo IS 'Lower end of the slope''s 95 % interval. [unit per month]';
COMMENT ON COLUMN core.fact_trend.slope_hi IS 'Upper end of the slope''s 95 % interval. [unit per month]';
COMMENT ON COLUMN core.fact_trend.p_ar1boot IS 'Mann-Kendall p by parametric AR(1) bootstrap.';
COMMENT ON COLUMN core.fact_trend.p_hamed_rao IS 'Mann-Kendall p with the variance of Hamed and Rao; too small below 60 values.';
COMMENT ON COLUMN core.fact_trend.p_seasonal IS 'p of the seasonal Kendall test by Islamic month.';
COMMENT ON COLUMN core.fact_trend.q_bh IS 'Benjamini-Hochberg q within facet and research question.';
COMMENT ON COLUMN core.fact_trend.q_by IS 'The same after Benjamini and Yekutieli, for tests that hang together; it decides about composites.';
COMMENT ON COLUMN core.fact_trend.is_adjusted IS 'Whether Ramadan and Syawal were taken out first; too short series stay as they are.';
COMMENT ON COLUMN core.fact_trend.same_sign_share IS 'Share of variants whose slope has the same sign. [share]';
COMMENT ON COLUMN core.fact_trend.is_window_sensitive IS 'Whether some variant of the reply grid ranks the months otherwise (below .8) or turns the slope''s sign; NULL: no indicator of ties, or fewer than six months to compare.';
COMMENT ON COLUMN core.fact_trend.trend_status IS 'What may be said about the trend.';
COMMENT ON COLUMN core.fact_trend.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE core.fact_trend_variant (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	variant TEXT NOT NULL,
	slope_per_month DOUBLE PRECISION NOT NULL,
	is_sign_kept BOOLEAN NOT NULL,
	rank_correlation DOUBLE PRECISION,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_fact_trend_variant_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_trend_variant_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_fact_trend_variant_slope_per_month CHECK ("slope_per_month" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_trend_variant_rank_correlation CHECK ("rank_correlation" BETWEEN -1 AND 1)
);
COMMENT ON TABLE core.fact_trend_variant IS 'Grain: group, indicator, variant of the trend model.';
COMMENT ON COLUMN core.fact_trend_variant.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_trend_variant.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_trend_variant.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_trend_variant.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN core.fact_trend_variant.variant IS 'What was added to, or left out of, the primary model.';
COMMENT ON COLUMN core.fact_trend_variant.slope_per_month IS 'Theil-Sen slope. [unit per month]';
COMMENT ON COLUMN core.fact_trend_variant.is_sign_kept IS 'Whether the variant''s slope has the sign of the primary one; of the reply grid, over the same months.';
COMMENT ON COLUMN core.fact_trend_variant.rank_correlation IS 'Spearman''s correlation of the variant''s months with the indicator''s; of the reply grid alone.';
COMMENT ON COLUMN core.fact_trend_variant.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE core.fact_revision (
	group_key BIGINT NOT NULL,
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	from_snapshot_id TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	old_value DOUBLE PRECISION,
	new_value DOUBLE PRECISION,
	old_status TEXT NOT NULL,
	new_status TEXT NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT ck_fact_revision_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_fact_revision_old_value CHECK ("old_value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_revision_new_value CHECK ("new_value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_fact_revision_old_status CHECK ("old_status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_fact_revision_new_status CHECK ("new_status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_fact_revision_reason CHECK ("reason" IN ('new_data', 'definition', 'lexicon', 'roster', 'correction', 'consent', 'erasure'))
);
COMMENT ON TABLE core.fact_revision IS 'Grain: a cell of the past that a snapshot changed.';
COMMENT ON COLUMN core.fact_revision.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN core.fact_revision.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN core.fact_revision.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN core.fact_revision.code IS 'Code of the indicator.';
COMMENT ON COLUMN core.fact_revision.from_snapshot_id IS 'The earlier of two snapshots compared.';
COMMENT ON COLUMN core.fact_revision.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN core.fact_revision.old_value IS 'Value in the earlier snapshot.';
COMMENT ON COLUMN core.fact_revision.new_value IS 'Value in the later snapshot.';
COMMENT ON COLUMN core.fact_revision.old_status IS 'Status in the earlier snapshot.';
COMMENT ON COLUMN core.fact_revision.new_status IS 'Status in the later snapshot.';
COMMENT ON COLUMN core.fact_revision.reason IS 'Why the cell changed.';
CREATE TABLE core.fact_restatement (
	from_snapshot_id TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	reason TEXT NOT NULL,
	n_cells BIGINT,
	CONSTRAINT ck_fact_restatement_reason CHECK ("reason" IN ('new_data', 'definition', 'lexicon', 'roster', 'correction', 'consent', 'erasure')),
	CONSTRAINT ck_fact_restatement_n_cells CHECK ("n_cells" >= 0)
);
COMMENT ON TABLE core.fact_restatement IS 'Grain: a snapshot that restated cells of the past because somebody was erased or withdrew consent.';
COMMENT ON COLUMN core.fact_restatement.from_snapshot_id IS 'The earlier of two snapshots compared.';
COMMENT ON COLUMN core.fact_restatement.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN core.fact_restatement.reason IS 'Why the cell changed.';
COMMENT ON COLUMN core.fact_restatement.n_cells IS 'Cells changed. [cells]';
CREATE TABLE ops.file (
	file_id TEXT NOT NULL,
	group_id TEXT NOT NULL,
	file_kind TEXT NOT NULL,
	file_status TEXT NOT NULL,
	refusal TEXT,
	stated_date DATE,
	exporter_no INTEGER,
	platform TEXT,
	language TEXT,
	date_order TEXT,
	clock TEXT,
	utc_offset_basis TEXT,
	is_truncated BOOLEAN,
	n_bytes BIGINT NOT NULL,
	n_lines BIGINT,
	n_messages BIGINT,
	n_events BIGINT,
	n_continuation_lines BIGINT,
	n_rejected_lines BIGINT,
	n_senders BIGINT,
	n_rows BIGINT,
	first_date DATE,
	last_date DATE,
	run_id TEXT NOT NULL,
	CONSTRAINT ck_file_file_kind CHECK ("file_kind" IN ('export', 'roster', 'participants', 'unknown')),
	CONSTRAINT ck_file_file_status CHECK ("file_status" IN ('loaded', 'duplicate', 'refused')),
	CONSTRAINT ck_file_exporter_no CHECK ("exporter_no" >= 0),
	CONSTRAINT ck_file_platform CHECK ("platform" IN ('android', 'ios')),
	CONSTRAINT ck_file_date_order CHECK ("date_order" IN ('dmy', 'mdy', 'ymd')),
	CONSTRAINT ck_file_clock CHECK ("clock" IN ('12h', '24h')),
	CONSTRAINT ck_file_utc_offset_basis CHECK ("utc_offset_basis" IN ('declared', 'aligned', 'assumed')),
	CONSTRAINT ck_file_n_bytes CHECK ("n_bytes" >= 0),
	CONSTRAINT ck_file_n_lines CHECK ("n_lines" >= 0),
	CONSTRAINT ck_file_n_messages CHECK ("n_messages" >= 0),
	CONSTRAINT ck_file_n_events CHECK ("n_events" >= 0),
	CONSTRAINT ck_file_n_continuation_lines CHECK ("n_continuation_lines" >= 0),
	CONSTRAINT ck_file_n_rejected_lines CHECK ("n_rejected_lines" >= 0),
	CONSTRAINT ck_file_n_senders CHECK ("n_senders" >= 0),
	CONSTRAINT ck_file_n_rows CHECK ("n_rows" >= 0)
);
COMMENT ON TABLE ops.file IS 'Grain: one chat or roster handed in.';
COMMENT ON COLUMN ops.file.file_id IS 'Identifier of a file: 12 hex digits of its content''s hash.';
COMMENT ON COLUMN ops.file.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN ops.file.file_kind IS 'Export, roster or participants list.';
COMMENT ON COLUMN ops.file.file_status IS 'What became of the file.';
COMMENT ON COLUMN ops.file.refusal IS 'Reason of a refusal.';
COMMENT ON COLUMN ops.file.stated_date IS 'Export date given by the file''s name or its zip entry.';
COMMENT ON COLUMN ops.file.exporter_no IS 'Ordinal of an exporting phone within its group.';
COMMENT ON COLUMN ops.file.platform IS 'Platform of the exporting phone.';
COMMENT ON COLUMN ops.file.language IS 'Language of the export''s own words.';
COMMENT ON COLUMN ops.file.date_order IS 'Order of day, month and year.';
COMMENT ON COLUMN ops.file.clock IS '12 or 24 hours.';
COMMENT ON COLUMN ops.file.utc_offset_basis IS 'How the export''s time zone is known.';
COMMENT ON COLUMN ops.file.is_truncated IS 'Whether the head of the history is cut off.';
COMMENT ON COLUMN ops.file.n_bytes IS 'Bytes of the file. [bytes]';
COMMENT ON COLUMN ops.file.n_lines IS 'Lines of the file. [lines]';
COMMENT ON COLUMN ops.file.n_messages IS 'Messages. [messages]';
COMMENT ON COLUMN ops.file.n_events IS 'System lines. [lines]';
COMMENT ON COLUMN ops.file.n_continuation_lines IS 'Lines that continue a message. [lines]';
COMMENT ON COLUMN ops.file.n_rejected_lines IS 'Lines that belong to no message. [lines]';
COMMENT ON COLUMN ops.file.n_senders IS 'Distinct labels of authors. [labels]';
COMMENT ON COLUMN ops.file.n_rows IS 'Rows. [rows]';
COMMENT ON COLUMN ops.file.first_date IS 'Day of the first line.';
COMMENT ON COLUMN ops.file.last_date IS 'Day of the last line.';
COMMENT ON COLUMN ops.file.run_id IS 'Identifier of the run.';
CREATE TABLE ops.run (
	run_id TEXT NOT NULL,
	flow TEXT NOT NULL,
	month DATE NOT NULL,
	started_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	ended_at TIMESTAMP WITHOUT TIME ZONE,
	run_status TEXT NOT NULL,
	exit_code INTEGER,
	snapshot_id TEXT,
	n_groups BIGINT NOT NULL,
	n_exports BIGINT NOT NULL,
	n_rosters BIGINT NOT NULL,
	CONSTRAINT ck_run_exit_code CHECK ("exit_code" BETWEEN 0 AND 5),
	CONSTRAINT ck_run_n_groups CHECK ("n_groups" >= 0),
	CONSTRAINT ck_run_n_exports CHECK ("n_exports" >= 0),
	CONSTRAINT ck_run_n_rosters CHECK ("n_rosters" >= 0)
);
COMMENT ON TABLE ops.run IS 'Grain: one run of a flow.';
COMMENT ON COLUMN ops.run.run_id IS 'Identifier of the run.';
COMMENT ON COLUMN ops.run.flow IS 'Flow of the run.';
COMMENT ON COLUMN ops.run.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN ops.run.started_at IS 'When the run or load began. [UTC]';
COMMENT ON COLUMN ops.run.ended_at IS 'When the run or load ended. [UTC]';
COMMENT ON COLUMN ops.run.run_status IS 'How the run ended.';
COMMENT ON COLUMN ops.run.exit_code IS 'Exit code of the run.';
COMMENT ON COLUMN ops.run.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN ops.run.n_groups IS 'Groups. [groups]';
COMMENT ON COLUMN ops.run.n_exports IS 'Exports that show it. [exports]';
COMMENT ON COLUMN ops.run.n_rosters IS 'Rosters. [files]';
CREATE TABLE ops.load (
	load_id TEXT NOT NULL,
	run_id TEXT NOT NULL,
	table_name TEXT NOT NULL,
	started_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	n_rows BIGINT NOT NULL,
	CONSTRAINT ck_load_n_rows CHECK ("n_rows" >= 0)
);
COMMENT ON TABLE ops.load IS 'Grain: one load of a table.';
COMMENT ON COLUMN ops.load.load_id IS 'Identifier of the load.';
COMMENT ON COLUMN ops.load.run_id IS 'Identifier of the run.';
COMMENT ON COLUMN ops.load.table_name IS 'Table.';
COMMENT ON COLUMN ops.load.started_at IS 'When the run or load began. [UTC]';
COMMENT ON COLUMN ops.load.n_rows IS 'Rows. [rows]';
CREATE TABLE ops.group_state (
	group_id TEXT NOT NULL,
	input_hash TEXT NOT NULL,
	run_id TEXT NOT NULL,
	is_carried_over BOOLEAN NOT NULL
);
COMMENT ON TABLE ops.group_state IS 'Grain: what the warehouse holds of one group.';
COMMENT ON COLUMN ops.group_state.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN ops.group_state.input_hash IS 'Hash of everything the row was computed from.';
COMMENT ON COLUMN ops.group_state.run_id IS 'Identifier of the run.';
COMMENT ON COLUMN ops.group_state.is_carried_over IS 'Whether the group kept its last good rows.';
CREATE TABLE ops.validation_result (
	run_id TEXT NOT NULL,
	suite TEXT NOT NULL,
	expectation TEXT NOT NULL,
	column_name TEXT,
	severity TEXT NOT NULL,
	is_success BOOLEAN NOT NULL,
	n_unexpected BIGINT NOT NULL,
	CONSTRAINT ck_validation_result_severity CHECK ("severity" IN ('critical', 'warning', 'info')),
	CONSTRAINT ck_validation_result_n_unexpected CHECK ("n_unexpected" >= 0)
);
COMMENT ON TABLE ops.validation_result IS 'Grain: one expectation in a run.';
COMMENT ON COLUMN ops.validation_result.run_id IS 'Identifier of the run.';
COMMENT ON COLUMN ops.validation_result.suite IS 'Expectation suite.';
COMMENT ON COLUMN ops.validation_result.expectation IS 'Expectation.';
COMMENT ON COLUMN ops.validation_result.column_name IS 'Column.';
COMMENT ON COLUMN ops.validation_result.severity IS 'Severity.';
COMMENT ON COLUMN ops.validation_result.is_success IS 'Whether the expectation held.';
COMMENT ON COLUMN ops.validation_result.n_unexpected IS 'Rows that broke it. [rows]';
CREATE TABLE ops.quarantine (
	file_id TEXT NOT NULL,
	group_id TEXT NOT NULL,
	row_no BIGINT NOT NULL,
	column_name TEXT,
	rule TEXT NOT NULL,
	severity TEXT NOT NULL,
	CONSTRAINT ck_quarantine_row_no CHECK ("row_no" >= 0),
	CONSTRAINT ck_quarantine_severity CHECK ("severity" IN ('critical', 'warning', 'info'))
);
COMMENT ON TABLE ops.quarantine IS 'Grain: one refused row.';
COMMENT ON COLUMN ops.quarantine.file_id IS 'Identifier of a file: 12 hex digits of its content''s hash.';
COMMENT ON COLUMN ops.quarantine.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN ops.quarantine.row_no IS 'Row or line within the file.';
COMMENT ON COLUMN ops.quarantine.column_name IS 'Column.';
COMMENT ON COLUMN ops.quarantine.rule IS 'Rule that the row broke.';
COMMENT ON COLUMN ops.quarantine.severity IS 'Severity.';
CREATE TABLE ops.identity_decision (
	group_key BIGINT NOT NULL,
	member_key BIGINT NOT NULL,
	decision TEXT NOT NULL,
	identity_method TEXT NOT NULL,
	confidence DOUBLE PRECISION NOT NULL,
	n_labels BIGINT NOT NULL,
	votes BIGINT NOT NULL,
	CONSTRAINT ck_identity_decision_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_identity_decision_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_identity_decision_confidence CHECK ("confidence" BETWEEN 0 AND 1),
	CONSTRAINT ck_identity_decision_n_labels CHECK ("n_labels" >= 0),
	CONSTRAINT ck_identity_decision_votes CHECK ("votes" >= 0)
);
COMMENT ON TABLE ops.identity_decision IS 'Grain: one resolved label cluster.';
COMMENT ON COLUMN ops.identity_decision.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN ops.identity_decision.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN ops.identity_decision.decision IS 'What was decided.';
COMMENT ON COLUMN ops.identity_decision.identity_method IS 'How a label was resolved.';
COMMENT ON COLUMN ops.identity_decision.confidence IS 'Confidence of the decision. [share]';
COMMENT ON COLUMN ops.identity_decision.n_labels IS 'Labels concerned. [labels]';
COMMENT ON COLUMN ops.identity_decision.votes IS 'Shared texts that speak for the decision. [texts]';
CREATE TABLE ops.identity_conflict (
	group_key BIGINT NOT NULL,
	conflict_key TEXT NOT NULL,
	conflict_kind TEXT NOT NULL,
	member_key BIGINT NOT NULL,
	n_labels BIGINT NOT NULL,
	is_settled BOOLEAN NOT NULL,
	CONSTRAINT ck_identity_conflict_group_key CHECK ("group_key" >= 0),
	CONSTRAINT ck_identity_conflict_member_key CHECK ("member_key" >= 0),
	CONSTRAINT ck_identity_conflict_n_labels CHECK ("n_labels" >= 0)
);
COMMENT ON TABLE ops.identity_conflict IS 'Grain: one contradiction of evidence about a person.';
COMMENT ON COLUMN ops.identity_conflict.group_key IS 'Durable key of a group.';
COMMENT ON COLUMN ops.identity_conflict.conflict_key IS 'Identifier of a conflict, by which corrections.toml may settle it.';
COMMENT ON COLUMN ops.identity_conflict.conflict_kind IS 'What contradicts what.';
COMMENT ON COLUMN ops.identity_conflict.member_key IS 'Durable key of one person.';
COMMENT ON COLUMN ops.identity_conflict.n_labels IS 'Labels concerned. [labels]';
COMMENT ON COLUMN ops.identity_conflict.is_settled IS 'Whether a declared correction settles the conflict.';
CREATE TABLE ops.erasure (
	erasure_token TEXT NOT NULL,
	created_at TIMESTAMP WITHOUT TIME ZONE NOT NULL,
	table_name TEXT NOT NULL,
	n_removed BIGINT NOT NULL,
	CONSTRAINT ck_erasure_n_removed CHECK ("n_removed" >= 0)
);
COMMENT ON TABLE ops.erasure IS 'Grain: one erasure carried out.';
COMMENT ON COLUMN ops.erasure.erasure_token IS 'Keyed token of an erased person.';
COMMENT ON COLUMN ops.erasure.created_at IS 'When the row was written. [UTC]';
COMMENT ON COLUMN ops.erasure.table_name IS 'Table.';
COMMENT ON COLUMN ops.erasure.n_removed IS 'Rows removed. [rows]';
CREATE TABLE research.indicator (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	coverage DOUBLE PRECISION NOT NULL,
	status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	window_months INTEGER NOT NULL,
	n_lo DOUBLE PRECISION,
	n_hi DOUBLE PRECISION,
	CONSTRAINT ck_indicator_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_indicator_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_indicator_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_indicator_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_indicator_window_months CHECK ("window_months" >= 1),
	CONSTRAINT ck_indicator_n_lo CHECK ("n_lo" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_n_hi CHECK ("n_hi" BETWEEN 0 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE research.indicator IS 'Grain: group, month, indicator: newest snapshot, newest definition.';
COMMENT ON COLUMN research.indicator.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.indicator.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.indicator.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.indicator.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN research.indicator.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN research.indicator.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN research.indicator.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN research.indicator.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN research.indicator.n_num IS 'Numerator.';
COMMENT ON COLUMN research.indicator.n_den IS 'Denominator.';
COMMENT ON COLUMN research.indicator.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN research.indicator.status IS 'Why the value is there or not.';
COMMENT ON COLUMN research.indicator.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN research.indicator.window_months IS 'Months the value looks back over, its own among them. [months]';
COMMENT ON COLUMN research.indicator.n_lo IS 'Members with proven presence. [member-days per covered day]';
COMMENT ON COLUMN research.indicator.n_hi IS 'Members with proven or presumed presence. [member-days per covered day]';
CREATE TABLE research.indicator_detail (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	detail TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_indicator_detail_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_indicator_detail_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_detail_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_detail_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_detail_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_indicator_detail_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_detail_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_indicator_detail_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.indicator_detail IS 'Grain: a companion of an indicator.';
COMMENT ON COLUMN research.indicator_detail.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.indicator_detail.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.indicator_detail.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.indicator_detail.detail IS 'Name of the companion.';
COMMENT ON COLUMN research.indicator_detail.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN research.indicator_detail.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN research.indicator_detail.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN research.indicator_detail.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN research.indicator_detail.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN research.indicator_detail.n_num IS 'Numerator.';
COMMENT ON COLUMN research.indicator_detail.n_den IS 'Denominator.';
COMMENT ON COLUMN research.indicator_detail.status IS 'Why the value is there or not.';
COMMENT ON COLUMN research.indicator_detail.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE research.group_month_regime (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	poll_share DOUBLE PRECISION,
	sticker_share DOUBLE PRECISION,
	is_admins_only BOOLEAN NOT NULL,
	is_disappearing BOOLEAN NOT NULL,
	unmatched_turn_share DOUBLE PRECISION,
	ios_share DOUBLE PRECISION,
	n_exporters BIGINT NOT NULL,
	coverage DOUBLE PRECISION NOT NULL,
	CONSTRAINT ck_group_month_regime_poll_share CHECK ("poll_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_group_month_regime_sticker_share CHECK ("sticker_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_group_month_regime_unmatched_turn_share CHECK ("unmatched_turn_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_group_month_regime_ios_share CHECK ("ios_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_group_month_regime_n_exporters CHECK ("n_exporters" >= 0),
	CONSTRAINT ck_group_month_regime_coverage CHECK ("coverage" BETWEEN 0 AND 1)
);
COMMENT ON TABLE research.group_month_regime IS 'Grain: group, month: what changed around the group.';
COMMENT ON COLUMN research.group_month_regime.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.group_month_regime.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.group_month_regime.poll_share IS 'Polls and list versions that are polls. [share]';
COMMENT ON COLUMN research.group_month_regime.sticker_share IS 'Sticker-only turns over turns. [share]';
COMMENT ON COLUMN research.group_month_regime.is_admins_only IS 'Whether only admins could write on any day of the month.';
COMMENT ON COLUMN research.group_month_regime.is_disappearing IS 'Whether disappearing messages were on.';
COMMENT ON COLUMN research.group_month_regime.unmatched_turn_share IS 'Turns of people whom no roster knows. [share]';
COMMENT ON COLUMN research.group_month_regime.ios_share IS 'Covered exporter-days that come from iPhones. [share]';
COMMENT ON COLUMN research.group_month_regime.n_exporters IS 'Exporting phones that observe the month. [phones]';
COMMENT ON COLUMN research.group_month_regime.coverage IS 'Covered days over days of the window. [share]';
CREATE TABLE research.activity (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	activity_kind TEXT NOT NULL,
	n_items BIGINT,
	n_versions BIGINT,
	status TEXT NOT NULL,
	CONSTRAINT ck_activity_n_items CHECK ("n_items" >= 0),
	CONSTRAINT ck_activity_n_versions CHECK ("n_versions" >= 0),
	CONSTRAINT ck_activity_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.activity IS 'Grain: group, month, kind of activity.';
COMMENT ON COLUMN research.activity.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.activity.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.activity.activity_kind IS 'Kind of activity.';
COMMENT ON COLUMN research.activity.n_items IS 'Entries. [entries]';
COMMENT ON COLUMN research.activity.n_versions IS 'Versions of the list. [versions]';
COMMENT ON COLUMN research.activity.status IS 'Why the value is there or not.';
CREATE TABLE research.campaign (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	activity_kind TEXT NOT NULL,
	n_talkers BIGINT,
	n_committed BIGINT,
	conversion DOUBLE PRECISION,
	half_life_days DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_campaign_n_talkers CHECK ("n_talkers" >= 0),
	CONSTRAINT ck_campaign_n_committed CHECK ("n_committed" >= 0),
	CONSTRAINT ck_campaign_conversion CHECK ("conversion" BETWEEN 0 AND 1),
	CONSTRAINT ck_campaign_half_life_days CHECK ("half_life_days" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_campaign_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.campaign IS 'Grain: group, month: campaigns that began.';
COMMENT ON COLUMN research.campaign.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.campaign.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.campaign.activity_kind IS 'Kind of activity.';
COMMENT ON COLUMN research.campaign.n_talkers IS 'People who talked about the campaign. [people]';
COMMENT ON COLUMN research.campaign.n_committed IS 'People who committed. [people]';
COMMENT ON COLUMN research.campaign.conversion IS 'Committed people over talkers and committed. [share]';
COMMENT ON COLUMN research.campaign.half_life_days IS 'Days for daily turns to fall to half after the peak. [days]';
COMMENT ON COLUMN research.campaign.status IS 'Why the value is there or not.';
CREATE TABLE research.trend (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	n_months BIGINT NOT NULL,
	slope_per_month DOUBLE PRECISION,
	slope_lo DOUBLE PRECISION,
	slope_hi DOUBLE PRECISION,
	p_ar1boot DOUBLE PRECISION,
	p_hamed_rao DOUBLE PRECISION,
	p_seasonal DOUBLE PRECISION,
	q_bh DOUBLE PRECISION,
	q_by DOUBLE PRECISION,
	is_adjusted BOOLEAN NOT NULL,
	same_sign_share DOUBLE PRECISION,
	is_window_sensitive BOOLEAN,
	status TEXT NOT NULL,
	trend_status TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_trend_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_trend_n_months CHECK ("n_months" >= 0),
	CONSTRAINT ck_trend_slope_per_month CHECK ("slope_per_month" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_trend_slope_lo CHECK ("slope_lo" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_trend_slope_hi CHECK ("slope_hi" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_trend_p_ar1boot CHECK ("p_ar1boot" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_p_hamed_rao CHECK ("p_hamed_rao" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_p_seasonal CHECK ("p_seasonal" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_q_bh CHECK ("q_bh" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_q_by CHECK ("q_by" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_same_sign_share CHECK ("same_sign_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_trend_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_trend_trend_status CHECK ("trend_status" IN ('no values', 'too short to tell', 'not tested', 'indicative: rising', 'indicative: falling', 'indicative: no clear change', 'rising', 'falling', 'no clear change', 'no verdict: adjustment turns the sign', 'no verdict: variants disagree', 'no verdict: stickers took the place of words'))
);
COMMENT ON TABLE research.trend IS 'Grain: group, indicator.';
COMMENT ON COLUMN research.trend.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.trend.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.trend.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN research.trend.n_months IS 'Months used. [months]';
COMMENT ON COLUMN research.trend.slope_per_month IS 'Theil-Sen slope. [unit per month]';
COMMENT ON COLUMN research.trend.slope_lo IS 'Lower end of the slope''s 95 % interval. [unit per month]';
COMMENT ON COLUMN research.trend.slope_hi IS 'Upper end of the slope''s 95 % interval. [unit per month]';
COMMENT ON COLUMN research.trend.p_ar1boot IS 'Mann-Kendall p by parametric AR(1) bootstrap.';
COMMENT ON COLUMN research.trend.p_hamed_rao IS 'Mann-Kendall p with the variance of Hamed and Rao; too small below 60 values.';
COMMENT ON COLUMN research.trend.p_seasonal IS 'p of the seasonal Kendall test by Islamic month.';
COMMENT ON COLUMN research.trend.q_bh IS 'Benjamini-Hochberg q within facet and research question.';
COMMENT ON COLUMN research.trend.q_by IS 'The same after Benjamini and Yekutieli, for tests that hang together; it decides about composites.';
COMMENT ON COLUMN research.trend.is_adjusted IS 'Whether Ramadan and Syawal were taken out first; too short series stay as they are.';
COMMENT ON COLUMN research.trend.same_sign_share IS 'Share of variants whose slope has the same sign. [share]';
COMMENT ON COLUMN research.trend.is_window_sensitive IS 'Whether some variant of the reply grid ranks the months otherwise (below .8) or turns the slope''s sign; NULL: no indicator of ties, or fewer than six months to compare.';
COMMENT ON COLUMN research.trend.status IS 'Why the value is there or not.';
COMMENT ON COLUMN research.trend.trend_status IS 'What may be said about the trend.';
COMMENT ON COLUMN research.trend.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE research.trend_variant (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	variant TEXT NOT NULL,
	slope_per_month DOUBLE PRECISION NOT NULL,
	is_sign_kept BOOLEAN NOT NULL,
	rank_correlation DOUBLE PRECISION,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_trend_variant_slope_per_month CHECK ("slope_per_month" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_trend_variant_rank_correlation CHECK ("rank_correlation" BETWEEN -1 AND 1)
);
COMMENT ON TABLE research.trend_variant IS 'Grain: group, indicator, variant of the trend model.';
COMMENT ON COLUMN research.trend_variant.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.trend_variant.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.trend_variant.variant IS 'What was added to, or left out of, the primary model.';
COMMENT ON COLUMN research.trend_variant.slope_per_month IS 'Theil-Sen slope. [unit per month]';
COMMENT ON COLUMN research.trend_variant.is_sign_kept IS 'Whether the variant''s slope has the sign of the primary one; of the reply grid, over the same months.';
COMMENT ON COLUMN research.trend_variant.rank_correlation IS 'Spearman''s correlation of the variant''s months with the indicator''s; of the reply grid alone.';
COMMENT ON COLUMN research.trend_variant.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE research.change_point (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	month DATE NOT NULL,
	shift DOUBLE PRECISION NOT NULL,
	confirmed_share DOUBLE PRECISION NOT NULL,
	CONSTRAINT ck_change_point_shift CHECK ("shift" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_change_point_confirmed_share CHECK ("confirmed_share" BETWEEN 0 AND 1)
);
COMMENT ON TABLE research.change_point IS 'Grain: group, indicator, month in which a new level may begin; exploratory.';
COMMENT ON COLUMN research.change_point.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.change_point.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.change_point.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.change_point.shift IS 'New level less the old one.';
COMMENT ON COLUMN research.change_point.confirmed_share IS 'Share of redrawn series that show the break again. [share]';
CREATE TABLE research.hijri_season (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	hijri_month INTEGER NOT NULL,
	n_months BIGINT NOT NULL,
	deviation DOUBLE PRECISION NOT NULL,
	CONSTRAINT ck_hijri_season_hijri_month CHECK ("hijri_month" BETWEEN 1 AND 12),
	CONSTRAINT ck_hijri_season_n_months CHECK ("n_months" >= 0),
	CONSTRAINT ck_hijri_season_deviation CHECK ("deviation" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE research.hijri_season IS 'Grain: group, indicator, Islamic month.';
COMMENT ON COLUMN research.hijri_season.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.hijri_season.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.hijri_season.hijri_month IS 'Islamic month, 1 Muharram to 12 Zulhijah.';
COMMENT ON COLUMN research.hijri_season.n_months IS 'Months used. [months]';
COMMENT ON COLUMN research.hijri_season.deviation IS 'Median distance from the group''s own line.';
CREATE TABLE research.shock (
	group_id TEXT NOT NULL,
	shock TEXT NOT NULL,
	shock_date DATE NOT NULL,
	code TEXT NOT NULL,
	shock_status TEXT NOT NULL,
	drop DOUBLE PRECISION,
	drop_share DOUBLE PRECISION,
	placebo_rank_p DOUBLE PRECISION,
	n_placebos BIGINT,
	surge DOUBLE PRECISION,
	recovery_months DOUBLE PRECISION,
	its_status TEXT NOT NULL,
	n_before BIGINT,
	n_after BIGINT,
	step DOUBLE PRECISION,
	step_lo DOUBLE PRECISION,
	step_hi DOUBLE PRECISION,
	step_p DOUBLE PRECISION,
	step_p_hac DOUBLE PRECISION,
	step_placebo_p DOUBLE PRECISION,
	slope_change DOUBLE PRECISION,
	slope_change_lo DOUBLE PRECISION,
	slope_change_hi DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_shock_shock_status CHECK ("shock_status" IN ('outside the data', 'too short to tell', 'absorbed: within the placebo band', 'dropped: recovered', 'dropped: not recovered yet')),
	CONSTRAINT ck_shock_drop CHECK ("drop" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_drop_share CHECK ("drop_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_placebo_rank_p CHECK ("placebo_rank_p" BETWEEN 0 AND 1),
	CONSTRAINT ck_shock_n_placebos CHECK ("n_placebos" >= 0),
	CONSTRAINT ck_shock_surge CHECK ("surge" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_recovery_months CHECK ("recovery_months" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_its_status CHECK ("its_status" IN ('estimated', 'descriptive', 'not estimated')),
	CONSTRAINT ck_shock_n_before CHECK ("n_before" >= 0),
	CONSTRAINT ck_shock_n_after CHECK ("n_after" >= 0),
	CONSTRAINT ck_shock_step CHECK ("step" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_step_lo CHECK ("step_lo" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_step_hi CHECK ("step_hi" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_step_p CHECK ("step_p" BETWEEN 0 AND 1),
	CONSTRAINT ck_shock_step_p_hac CHECK ("step_p_hac" BETWEEN 0 AND 1),
	CONSTRAINT ck_shock_step_placebo_p CHECK ("step_placebo_p" BETWEEN 0 AND 1),
	CONSTRAINT ck_shock_slope_change CHECK ("slope_change" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_slope_change_lo CHECK ("slope_change_lo" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_slope_change_hi CHECK ("slope_change_hi" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_shock_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.shock IS 'Grain: group, shock, indicator.';
COMMENT ON COLUMN research.shock.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.shock.shock IS 'Name of the shock.';
COMMENT ON COLUMN research.shock.shock_date IS 'Day of the shock.';
COMMENT ON COLUMN research.shock.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.shock.shock_status IS 'What may be said about the shock.';
COMMENT ON COLUMN research.shock.drop IS 'Loss at the shock beyond the median loss of months without one; a loss of solidarity.';
COMMENT ON COLUMN research.shock.drop_share IS 'The same as a share of the level before, beyond that of months without a shock; NULL for units that can be negative. [share]';
COMMENT ON COLUMN research.shock.placebo_rank_p IS 'Share of placebo dates with as deep a drop.';
COMMENT ON COLUMN research.shock.n_placebos IS 'Months without a shock that it is compared with. [months]';
COMMENT ON COLUMN research.shock.surge IS 'Greatest of the shock''s month and the two after it over the level before. [ratio]';
COMMENT ON COLUMN research.shock.recovery_months IS 'Months from trough to recovery. [months]';
COMMENT ON COLUMN research.shock.its_status IS 'How far the interrupted time series carries.';
COMMENT ON COLUMN research.shock.n_before IS 'Usable months before the shock. [months]';
COMMENT ON COLUMN research.shock.n_after IS 'Usable months from the shock on. [months]';
COMMENT ON COLUMN research.shock.step IS 'Change of level at the shock; minus is a loss of solidarity.';
COMMENT ON COLUMN research.shock.step_lo IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN research.shock.step_hi IS 'Upper end of its 95 % interval.';
COMMENT ON COLUMN research.shock.step_p IS 'p of the step, AR(1) errors.';
COMMENT ON COLUMN research.shock.step_p_hac IS 'p of the step, least squares with Newey-West errors; often too small.';
COMMENT ON COLUMN research.shock.step_placebo_p IS 'Share of placebo dates with as large a step.';
COMMENT ON COLUMN research.shock.slope_change IS 'Change of slope after the shock. [unit per month]';
COMMENT ON COLUMN research.shock.slope_change_lo IS 'Lower end of its 95 % interval. [unit per month]';
COMMENT ON COLUMN research.shock.slope_change_hi IS 'Upper end of its 95 % interval. [unit per month]';
COMMENT ON COLUMN research.shock.status IS 'Why the value is there or not.';
CREATE TABLE research.decomposition (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	from_year INTEGER NOT NULL,
	to_year INTEGER NOT NULL,
	change DOUBLE PRECISION,
	within DOUBLE PRECISION,
	entry DOUBLE PRECISION,
	exit DOUBLE PRECISION,
	turnover DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_decomposition_change CHECK ("change" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_within CHECK ("within" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_entry CHECK ("entry" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_exit CHECK ("exit" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_turnover CHECK ("turnover" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.decomposition IS 'Grain: group, indicator, pair of years.';
COMMENT ON COLUMN research.decomposition.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.decomposition.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.decomposition.from_year IS 'Earlier year compared.';
COMMENT ON COLUMN research.decomposition.to_year IS 'Later year compared.';
COMMENT ON COLUMN research.decomposition.change IS 'Change of the mean of members; within, entry and exit sum to it.';
COMMENT ON COLUMN research.decomposition.within IS 'Change among those who stayed.';
COMMENT ON COLUMN research.decomposition.entry IS 'Change by members who came.';
COMMENT ON COLUMN research.decomposition.exit IS 'Change by members who left.';
COMMENT ON COLUMN research.decomposition.turnover IS 'Change by members who came or left: entry and exit together.';
COMMENT ON COLUMN research.decomposition.status IS 'Why the value is there or not.';
CREATE TABLE research.decomposition_by_gender (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	from_year INTEGER NOT NULL,
	to_year INTEGER NOT NULL,
	gender TEXT NOT NULL,
	change DOUBLE PRECISION,
	within DOUBLE PRECISION,
	entry DOUBLE PRECISION,
	exit DOUBLE PRECISION,
	turnover DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_decomposition_by_gender_gender CHECK ("gender" IN ('female', 'male')),
	CONSTRAINT ck_decomposition_by_gender_change CHECK ("change" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_by_gender_within CHECK ("within" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_by_gender_entry CHECK ("entry" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_by_gender_exit CHECK ("exit" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_by_gender_turnover CHECK ("turnover" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_decomposition_by_gender_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.decomposition_by_gender IS 'Grain: group, indicator, pair of years, gender.';
COMMENT ON COLUMN research.decomposition_by_gender.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.decomposition_by_gender.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.decomposition_by_gender.from_year IS 'Earlier year compared.';
COMMENT ON COLUMN research.decomposition_by_gender.to_year IS 'Later year compared.';
COMMENT ON COLUMN research.decomposition_by_gender.gender IS 'Gender of the members counted, as the roster states it; NULL: everybody.';
COMMENT ON COLUMN research.decomposition_by_gender.change IS 'Change of the mean of members; within, entry and exit sum to it.';
COMMENT ON COLUMN research.decomposition_by_gender.within IS 'Change among those who stayed.';
COMMENT ON COLUMN research.decomposition_by_gender.entry IS 'Change by members who came.';
COMMENT ON COLUMN research.decomposition_by_gender.exit IS 'Change by members who left.';
COMMENT ON COLUMN research.decomposition_by_gender.turnover IS 'Change by members who came or left: entry and exit together.';
COMMENT ON COLUMN research.decomposition_by_gender.status IS 'Why the value is there or not.';
CREATE TABLE research.member_mean (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	year INTEGER NOT NULL,
	gender TEXT,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	n_people DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_member_mean_gender CHECK ("gender" IN ('female', 'male')),
	CONSTRAINT ck_member_mean_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_mean_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_mean_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_mean_n_people CHECK ("n_people" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_mean_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.member_mean IS 'Grain: group, indicator, calendar year, gender (NULL: everybody): means over members.';
COMMENT ON COLUMN research.member_mean.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.member_mean.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.member_mean.year IS 'Gregorian year.';
COMMENT ON COLUMN research.member_mean.gender IS 'Gender of the members counted, as the roster states it; NULL: everybody.';
COMMENT ON COLUMN research.member_mean.value IS 'Mean over people of each one''s value in the year, in the indicator''s unit.';
COMMENT ON COLUMN research.member_mean.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN research.member_mean.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN research.member_mean.n_people IS 'People counted. [people]';
COMMENT ON COLUMN research.member_mean.status IS 'Why the value is there or not.';
CREATE TABLE research.newcomer_survival (
	group_id TEXT NOT NULL,
	joined_year INTEGER NOT NULL,
	is_welcomed BOOLEAN,
	months_since_joining INTEGER NOT NULL,
	survival DOUBLE PRECISION,
	survival_lo DOUBLE PRECISION,
	survival_hi DOUBLE PRECISION,
	n_at_risk DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_newcomer_survival_months_since_joining CHECK ("months_since_joining" >= 0),
	CONSTRAINT ck_newcomer_survival_survival CHECK ("survival" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_survival_lo CHECK ("survival_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_survival_hi CHECK ("survival_hi" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_n_at_risk CHECK ("n_at_risk" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_newcomer_survival_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.newcomer_survival IS 'Grain: group, year of joining, welcomed or not (NULL: all newcomers), months since joining.';
COMMENT ON COLUMN research.newcomer_survival.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.newcomer_survival.joined_year IS 'Year of joining.';
COMMENT ON COLUMN research.newcomer_survival.is_welcomed IS 'Whether the newcomer was welcomed.';
COMMENT ON COLUMN research.newcomer_survival.months_since_joining IS 'Months since joining. [months]';
COMMENT ON COLUMN research.newcomer_survival.survival IS 'Share still active. [share]';
COMMENT ON COLUMN research.newcomer_survival.survival_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN research.newcomer_survival.survival_hi IS 'Upper end of its 95 % interval. [share]';
COMMENT ON COLUMN research.newcomer_survival.n_at_risk IS 'Newcomers at risk. [people]';
COMMENT ON COLUMN research.newcomer_survival.status IS 'Why the value is there or not.';
CREATE TABLE research.newcomer_survival_by_gender (
	group_id TEXT NOT NULL,
	joined_year INTEGER NOT NULL,
	gender TEXT NOT NULL,
	months_since_joining INTEGER NOT NULL,
	survival DOUBLE PRECISION,
	survival_lo DOUBLE PRECISION,
	survival_hi DOUBLE PRECISION,
	n_at_risk DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_newcomer_survival_by_gender_gender CHECK ("gender" IN ('female', 'male')),
	CONSTRAINT ck_newcomer_survival_by_gender_months_since_joining CHECK ("months_since_joining" >= 0),
	CONSTRAINT ck_newcomer_survival_by_gender_survival CHECK ("survival" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_by_gender_survival_lo CHECK ("survival_lo" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_by_gender_survival_hi CHECK ("survival_hi" BETWEEN 0 AND 1),
	CONSTRAINT ck_newcomer_survival_by_gender_n_at_risk CHECK ("n_at_risk" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_newcomer_survival_by_gender_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.newcomer_survival_by_gender IS 'Grain: group, year of joining, gender, months since joining.';
COMMENT ON COLUMN research.newcomer_survival_by_gender.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.newcomer_survival_by_gender.joined_year IS 'Year of joining.';
COMMENT ON COLUMN research.newcomer_survival_by_gender.gender IS 'Gender of the members counted, as the roster states it; NULL: everybody.';
COMMENT ON COLUMN research.newcomer_survival_by_gender.months_since_joining IS 'Months since joining. [months]';
COMMENT ON COLUMN research.newcomer_survival_by_gender.survival IS 'Share still active. [share]';
COMMENT ON COLUMN research.newcomer_survival_by_gender.survival_lo IS 'Lower end of its 95 % interval. [share]';
COMMENT ON COLUMN research.newcomer_survival_by_gender.survival_hi IS 'Upper end of its 95 % interval. [share]';
COMMENT ON COLUMN research.newcomer_survival_by_gender.n_at_risk IS 'Newcomers at risk. [people]';
COMMENT ON COLUMN research.newcomer_survival_by_gender.status IS 'Why the value is there or not.';
CREATE TABLE research.yearly_band (
	group_id TEXT NOT NULL,
	code TEXT NOT NULL,
	year INTEGER NOT NULL,
	band_low DOUBLE PRECISION,
	band_high DOUBLE PRECISION,
	n_months BIGINT NOT NULL,
	status TEXT NOT NULL,
	CONSTRAINT ck_yearly_band_band_low CHECK ("band_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_yearly_band_band_high CHECK ("band_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_yearly_band_n_months CHECK ("n_months" >= 0),
	CONSTRAINT ck_yearly_band_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.yearly_band IS 'Grain: group, calendar year, figure that single people make.';
COMMENT ON COLUMN research.yearly_band.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.yearly_band.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.yearly_band.year IS 'Gregorian year.';
COMMENT ON COLUMN research.yearly_band.band_low IS 'Lower end of the band in which the year lies.';
COMMENT ON COLUMN research.yearly_band.band_high IS 'Upper end of the band; NULL where it is open.';
COMMENT ON COLUMN research.yearly_band.n_months IS 'Months used. [months]';
COMMENT ON COLUMN research.yearly_band.status IS 'Why the value is there or not.';
CREATE TABLE research.attendance (
	group_id TEXT NOT NULL,
	year INTEGER NOT NULL,
	n_activities BIGINT,
	n_committed BIGINT,
	n_attended BIGINT,
	kept_share DOUBLE PRECISION,
	unannounced_share DOUBLE PRECISION,
	status TEXT NOT NULL,
	CONSTRAINT ck_attendance_n_activities CHECK ("n_activities" >= 0),
	CONSTRAINT ck_attendance_n_committed CHECK ("n_committed" >= 0),
	CONSTRAINT ck_attendance_n_attended CHECK ("n_attended" >= 0),
	CONSTRAINT ck_attendance_kept_share CHECK ("kept_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_attendance_unannounced_share CHECK ("unannounced_share" BETWEEN 0 AND 1),
	CONSTRAINT ck_attendance_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.attendance IS 'Grain: group, calendar year: what lists promised against declared attendance.';
COMMENT ON COLUMN research.attendance.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.attendance.year IS 'Gregorian year.';
COMMENT ON COLUMN research.attendance.n_activities IS 'Activities with a declared attendance and a list for their day. [activities]';
COMMENT ON COLUMN research.attendance.n_committed IS 'People who committed. [people]';
COMMENT ON COLUMN research.attendance.n_attended IS 'People who came, by the attendance ledger; NULL on rows of persons. [people]';
COMMENT ON COLUMN research.attendance.kept_share IS 'Of the people who said yes or done, the share who came. [share]';
COMMENT ON COLUMN research.attendance.unannounced_share IS 'Of the people who came, the share who had not said so. [share]';
COMMENT ON COLUMN research.attendance.status IS 'Why the value is there or not.';
CREATE TABLE research.sequence_effect (
	group_id TEXT NOT NULL,
	outcome TEXT NOT NULL,
	term TEXT NOT NULL,
	coefficient DOUBLE PRECISION,
	coefficient_lo DOUBLE PRECISION,
	coefficient_hi DOUBLE PRECISION,
	has_member_effects BOOLEAN NOT NULL,
	status TEXT NOT NULL,
	CONSTRAINT ck_sequence_effect_outcome CHECK ("outcome" IN ('falls silent', 'leaves', 'becomes empowered')),
	CONSTRAINT ck_sequence_effect_term CHECK ("term" IN ('isolated', 'unanswered request', 'aid received')),
	CONSTRAINT ck_sequence_effect_coefficient CHECK ("coefficient" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_sequence_effect_coefficient_lo CHECK ("coefficient_lo" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_sequence_effect_coefficient_hi CHECK ("coefficient_hi" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_sequence_effect_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.sequence_effect IS 'Grain: group, outcome in the next month, what came before: coefficients of an event-history model.';
COMMENT ON COLUMN research.sequence_effect.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.sequence_effect.outcome IS 'What follows in the next month.';
COMMENT ON COLUMN research.sequence_effect.term IS 'What came before.';
COMMENT ON COLUMN research.sequence_effect.coefficient IS 'Change of the outcome''s probability, other things equal. [share]';
COMMENT ON COLUMN research.sequence_effect.coefficient_lo IS 'Lower end of its 95 % interval, clustered by person. [share]';
COMMENT ON COLUMN research.sequence_effect.coefficient_hi IS 'Upper end of its 95 % interval, clustered by person. [share]';
COMMENT ON COLUMN research.sequence_effect.has_member_effects IS 'Whether each person is compared with him- or herself only.';
COMMENT ON COLUMN research.sequence_effect.status IS 'Why the value is there or not.';
CREATE TABLE research.coverage (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	coverage DOUBLE PRECISION NOT NULL,
	covered_days BIGINT NOT NULL,
	n_exporters BIGINT NOT NULL,
	CONSTRAINT ck_coverage_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_coverage_covered_days CHECK ("covered_days" >= 0),
	CONSTRAINT ck_coverage_n_exporters CHECK ("n_exporters" >= 0)
);
COMMENT ON TABLE research.coverage IS 'Grain: group, month.';
COMMENT ON COLUMN research.coverage.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.coverage.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.coverage.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN research.coverage.covered_days IS 'Days observed by at least one export. [days]';
COMMENT ON COLUMN research.coverage.n_exporters IS 'Exporting phones that observe the month. [phones]';
CREATE TABLE research.revision (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	from_snapshot_id TEXT NOT NULL,
	snapshot_id TEXT NOT NULL,
	old_value DOUBLE PRECISION,
	new_value DOUBLE PRECISION,
	old_status TEXT NOT NULL,
	new_status TEXT NOT NULL,
	reason TEXT NOT NULL,
	CONSTRAINT ck_revision_old_value CHECK ("old_value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_revision_new_value CHECK ("new_value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_revision_old_status CHECK ("old_status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_revision_new_status CHECK ("new_status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok')),
	CONSTRAINT ck_revision_reason CHECK ("reason" IN ('new_data', 'definition', 'lexicon', 'roster', 'correction', 'consent', 'erasure'))
);
COMMENT ON TABLE research.revision IS 'Grain: a cell of the past that a snapshot changed.';
COMMENT ON COLUMN research.revision.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.revision.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.revision.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.revision.from_snapshot_id IS 'The earlier of two snapshots compared.';
COMMENT ON COLUMN research.revision.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
COMMENT ON COLUMN research.revision.old_value IS 'Value in the earlier snapshot.';
COMMENT ON COLUMN research.revision.new_value IS 'Value in the later snapshot.';
COMMENT ON COLUMN research.revision.old_status IS 'Status in the earlier snapshot.';
COMMENT ON COLUMN research.revision.new_status IS 'Status in the later snapshot.';
COMMENT ON COLUMN research.revision.reason IS 'Why the cell changed.';
CREATE TABLE research.vintage (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	code TEXT NOT NULL,
	def_version INTEGER NOT NULL,
	value DOUBLE PRECISION,
	ci_low DOUBLE PRECISION,
	ci_high DOUBLE PRECISION,
	ci_kind TEXT NOT NULL,
	n_num DOUBLE PRECISION,
	n_den DOUBLE PRECISION,
	coverage DOUBLE PRECISION NOT NULL,
	status TEXT NOT NULL,
	is_removed BOOLEAN NOT NULL,
	snapshot_id TEXT NOT NULL,
	CONSTRAINT ck_vintage_def_version CHECK ("def_version" >= 1),
	CONSTRAINT ck_vintage_value CHECK ("value" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_vintage_ci_low CHECK ("ci_low" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_vintage_ci_high CHECK ("ci_high" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_vintage_ci_kind CHECK ("ci_kind" IN ('wilson', 'newcombe', 'poisson_exact', 'boot_member', 'boot_event', 'boot_day', 'jackknife', 'permutation', 'profile', 'placebo', 'monte_carlo', 'mover', 'greenwood', 'none')),
	CONSTRAINT ck_vintage_n_num CHECK ("n_num" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_vintage_n_den CHECK ("n_den" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_vintage_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_vintage_status CHECK ("status" IN ('suppressed', 'not_applicable', 'no_coverage', 'truncated', 'immature', 'low_n', 'partial', 'ok'))
);
COMMENT ON TABLE research.vintage IS 'Grain: a cell that a snapshot changed.';
COMMENT ON COLUMN research.vintage.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.vintage.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.vintage.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.vintage.def_version IS 'Version of the indicator''s definition.';
COMMENT ON COLUMN research.vintage.value IS 'Value in the indicator''s unit; NULL unless the status is ok or partial.';
COMMENT ON COLUMN research.vintage.ci_low IS 'Lower end of the 95 % interval.';
COMMENT ON COLUMN research.vintage.ci_high IS 'Upper end of the 95 % interval.';
COMMENT ON COLUMN research.vintage.ci_kind IS 'Method of the interval.';
COMMENT ON COLUMN research.vintage.n_num IS 'Numerator.';
COMMENT ON COLUMN research.vintage.n_den IS 'Denominator.';
COMMENT ON COLUMN research.vintage.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN research.vintage.status IS 'Why the value is there or not.';
COMMENT ON COLUMN research.vintage.is_removed IS 'Whether the snapshot no longer holds the cell.';
COMMENT ON COLUMN research.vintage.snapshot_id IS 'Snapshot: month and 12 hex digits of its manifest.';
CREATE TABLE research.dictionary (
	entry_kind TEXT NOT NULL,
	table_name TEXT,
	column_name TEXT,
	code TEXT,
	description TEXT NOT NULL,
	unit TEXT,
	data_type TEXT,
	valid_values TEXT,
	sensitivity TEXT,
	is_subject BOOLEAN,
	is_computed BOOLEAN,
	CONSTRAINT ck_dictionary_entry_kind CHECK ("entry_kind" IN ('table', 'column', 'indicator'))
);
COMMENT ON TABLE research.dictionary IS 'Grain: a table, a column or an indicator.';
COMMENT ON COLUMN research.dictionary.entry_kind IS 'Table, column or indicator.';
COMMENT ON COLUMN research.dictionary.table_name IS 'Table.';
COMMENT ON COLUMN research.dictionary.column_name IS 'Column.';
COMMENT ON COLUMN research.dictionary.code IS 'Code of the indicator.';
COMMENT ON COLUMN research.dictionary.description IS 'Description.';
COMMENT ON COLUMN research.dictionary.unit IS 'Unit.';
COMMENT ON COLUMN research.dictionary.data_type IS 'Type of the column.';
COMMENT ON COLUMN research.dictionary.valid_values IS 'What a valid value is.';
COMMENT ON COLUMN research.dictionary.sensitivity IS 'How near the column is to a person.';
COMMENT ON COLUMN research.dictionary.is_subject IS 'Whether the column points at a person.';
COMMENT ON COLUMN research.dictionary.is_computed IS 'Whether this version of the product computes it.';
CREATE TABLE research.group_month (
	group_id TEXT NOT NULL,
	month DATE NOT NULL,
	n_present DOUBLE PRECISION,
	coverage DOUBLE PRECISION NOT NULL,
	active_member_share DOUBLE PRECISION,
	ritual_participation DOUBLE PRECISION,
	shared_symbol_rate DOUBLE PRECISION,
	style_match DOUBLE PRECISION,
	joint_activity_rate DOUBLE PRECISION,
	joint_activity_breadth DOUBLE PRECISION,
	generalist_index DOUBLE PRECISION,
	chorus_breadth DOUBLE PRECISION,
	division_of_labour DOUBLE PRECISION,
	role_task_alignment DOUBLE PRECISION,
	cross_role_tie_share DOUBLE PRECISION,
	cohesive_core_share DOUBLE PRECISION,
	help_request_rate DOUBLE PRECISION,
	help_answer_rate DOUBLE PRECISION,
	help_response_time DOUBLE PRECISION,
	helper_breadth DOUBLE PRECISION,
	gratitude_rate DOUBLE PRECISION,
	donor_share DOUBLE PRECISION,
	donation_per_member DOUBLE PRECISION,
	tie_reciprocity DOUBLE PRECISION,
	opener_answer_rate DOUBLE PRECISION,
	answer_equity_gap DOUBLE PRECISION,
	announcer_concentration DOUBLE PRECISION,
	top1_share DOUBLE PRECISION,
	reply_centralisation DOUBLE PRECISION,
	campaign_conversion DOUBLE PRECISION,
	campaign_half_life DOUBLE PRECISION,
	campaigner_retention DOUBLE PRECISION,
	activity_burstiness DOUBLE PRECISION,
	we_share DOUBLE PRECISION,
	inclusive_we_share DOUBLE PRECISION,
	newcomer_welcome_rate DOUBLE PRECISION,
	ei_region DOUBLE PRECISION,
	ei_cohort DOUBLE PRECISION,
	participation_parity DOUBLE PRECISION,
	silent_share DOUBLE PRECISION,
	participation_gini DOUBLE PRECISION,
	isolate_share DOUBLE PRECISION,
	one_off_share DOUBLE PRECISION,
	key_person_dependence DOUBLE PRECISION,
	core50_share DOUBLE PRECISION,
	conflict_rate DOUBLE PRECISION,
	shock_drop DOUBLE PRECISION,
	recovery_months DOUBLE PRECISION,
	churn_rate DOUBLE PRECISION,
	retention_3m DOUBLE PRECISION,
	opportunity_rate DOUBLE PRECISION,
	opportunity_breadth DOUBLE PRECISION,
	enterprise_support_rate DOUBLE PRECISION,
	learning_participation DOUBLE PRECISION,
	roster_reach DOUBLE PRECISION,
	idx_mechanical DOUBLE PRECISION,
	idx_organic DOUBLE PRECISION,
	idx_mutual_aid DOUBLE PRECISION,
	idx_access DOUBLE PRECISION,
	idx_empowerment DOUBLE PRECISION,
	idx_bridging DOUBLE PRECISION,
	idx_fragility DOUBLE PRECISION,
	idx_overall DOUBLE PRECISION,
	axis_type DOUBLE PRECISION,
	CONSTRAINT ck_group_month_n_present CHECK ("n_present" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_coverage CHECK ("coverage" BETWEEN 0 AND 1),
	CONSTRAINT ck_group_month_active_member_share CHECK ("active_member_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_ritual_participation CHECK ("ritual_participation" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_shared_symbol_rate CHECK ("shared_symbol_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_style_match CHECK ("style_match" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_joint_activity_rate CHECK ("joint_activity_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_joint_activity_breadth CHECK ("joint_activity_breadth" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_generalist_index CHECK ("generalist_index" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_chorus_breadth CHECK ("chorus_breadth" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_division_of_labour CHECK ("division_of_labour" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_role_task_alignment CHECK ("role_task_alignment" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_cross_role_tie_share CHECK ("cross_role_tie_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_cohesive_core_share CHECK ("cohesive_core_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_help_request_rate CHECK ("help_request_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_help_answer_rate CHECK ("help_answer_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_help_response_time CHECK ("help_response_time" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_helper_breadth CHECK ("helper_breadth" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_gratitude_rate CHECK ("gratitude_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_donor_share CHECK ("donor_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_donation_per_member CHECK ("donation_per_member" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_tie_reciprocity CHECK ("tie_reciprocity" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_opener_answer_rate CHECK ("opener_answer_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_answer_equity_gap CHECK ("answer_equity_gap" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_announcer_concentration CHECK ("announcer_concentration" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_top1_share CHECK ("top1_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_reply_centralisation CHECK ("reply_centralisation" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_campaign_conversion CHECK ("campaign_conversion" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_campaign_half_life CHECK ("campaign_half_life" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_campaigner_retention CHECK ("campaigner_retention" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_activity_burstiness CHECK ("activity_burstiness" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_we_share CHECK ("we_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_inclusive_we_share CHECK ("inclusive_we_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_newcomer_welcome_rate CHECK ("newcomer_welcome_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_ei_region CHECK ("ei_region" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_ei_cohort CHECK ("ei_cohort" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_participation_parity CHECK ("participation_parity" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_silent_share CHECK ("silent_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_participation_gini CHECK ("participation_gini" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_isolate_share CHECK ("isolate_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_one_off_share CHECK ("one_off_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_key_person_dependence CHECK ("key_person_dependence" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_core50_share CHECK ("core50_share" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_conflict_rate CHECK ("conflict_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_shock_drop CHECK ("shock_drop" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_recovery_months CHECK ("recovery_months" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_churn_rate CHECK ("churn_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_retention_3m CHECK ("retention_3m" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_opportunity_rate CHECK ("opportunity_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_opportunity_breadth CHECK ("opportunity_breadth" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_enterprise_support_rate CHECK ("enterprise_support_rate" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_learning_participation CHECK ("learning_participation" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_roster_reach CHECK ("roster_reach" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_mechanical CHECK ("idx_mechanical" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_organic CHECK ("idx_organic" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_mutual_aid CHECK ("idx_mutual_aid" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_access CHECK ("idx_access" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_empowerment CHECK ("idx_empowerment" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_bridging CHECK ("idx_bridging" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_fragility CHECK ("idx_fragility" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_idx_overall CHECK ("idx_overall" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308),
	CONSTRAINT ck_group_month_axis_type CHECK ("axis_type" BETWEEN -1.7976931348623157e+308 AND 1.7976931348623157e+308)
);
COMMENT ON TABLE research.group_month IS 'Grain: group, month: every indicator in a column of its own.';
COMMENT ON COLUMN research.group_month.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN research.group_month.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN research.group_month.n_present IS 'Members present. [member-days per covered day]';
COMMENT ON COLUMN research.group_month.coverage IS 'Covered days over days of the window. [share]';
COMMENT ON COLUMN research.group_month.active_member_share IS 'Value of active_member_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.ritual_participation IS 'Value of ritual_participation; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.shared_symbol_rate IS 'Value of shared_symbol_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.style_match IS 'Value of style_match; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.joint_activity_rate IS 'Value of joint_activity_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.joint_activity_breadth IS 'Value of joint_activity_breadth; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.generalist_index IS 'Value of generalist_index; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.chorus_breadth IS 'Value of chorus_breadth; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.division_of_labour IS 'Value of division_of_labour; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.role_task_alignment IS 'Value of role_task_alignment; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.cross_role_tie_share IS 'Value of cross_role_tie_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.cohesive_core_share IS 'Value of cohesive_core_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.help_request_rate IS 'Value of help_request_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.help_answer_rate IS 'Value of help_answer_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.help_response_time IS 'Value of help_response_time; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.helper_breadth IS 'Value of helper_breadth; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.gratitude_rate IS 'Value of gratitude_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.donor_share IS 'Value of donor_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.donation_per_member IS 'Value of donation_per_member; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.tie_reciprocity IS 'Value of tie_reciprocity; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.opener_answer_rate IS 'Value of opener_answer_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.answer_equity_gap IS 'Value of answer_equity_gap; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.announcer_concentration IS 'Value of announcer_concentration; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.top1_share IS 'Value of top1_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.reply_centralisation IS 'Value of reply_centralisation; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.campaign_conversion IS 'Value of campaign_conversion; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.campaign_half_life IS 'Value of campaign_half_life; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.campaigner_retention IS 'Value of campaigner_retention; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.activity_burstiness IS 'Value of activity_burstiness; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.we_share IS 'Value of we_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.inclusive_we_share IS 'Value of inclusive_we_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.newcomer_welcome_rate IS 'Value of newcomer_welcome_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.ei_region IS 'Value of ei_region; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.ei_cohort IS 'Value of ei_cohort; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.participation_parity IS 'Value of participation_parity; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.silent_share IS 'Value of silent_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.participation_gini IS 'Value of participation_gini; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.isolate_share IS 'Value of isolate_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.one_off_share IS 'Value of one_off_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.key_person_dependence IS 'Value of key_person_dependence; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.core50_share IS 'Value of core50_share; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.conflict_rate IS 'Value of conflict_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.shock_drop IS 'Value of shock_drop; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.recovery_months IS 'Value of recovery_months; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.churn_rate IS 'Value of churn_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.retention_3m IS 'Value of retention_3m; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.opportunity_rate IS 'Value of opportunity_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.opportunity_breadth IS 'Value of opportunity_breadth; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.enterprise_support_rate IS 'Value of enterprise_support_rate; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.learning_participation IS 'Value of learning_participation; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.roster_reach IS 'Value of roster_reach; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_mechanical IS 'Value of idx_mechanical; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_organic IS 'Value of idx_organic; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_mutual_aid IS 'Value of idx_mutual_aid; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_access IS 'Value of idx_access; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_empowerment IS 'Value of idx_empowerment; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_bridging IS 'Value of idx_bridging; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_fragility IS 'Value of idx_fragility; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.idx_overall IS 'Value of idx_overall; NULL where its status is neither ok nor partial.';
COMMENT ON COLUMN research.group_month.axis_type IS 'Value of axis_type; NULL where its status is neither ok nor partial.';
CREATE TABLE enclave.member_month (
	group_id TEXT NOT NULL,
	pseudonym_key TEXT NOT NULL,
	month DATE NOT NULL,
	cohort INTEGER,
	gender TEXT,
	role TEXT NOT NULL,
	turns BIGINT NOT NULL,
	text_turns BIGINT NOT NULL,
	words BIGINT NOT NULL,
	replies_given DOUBLE PRECISION NOT NULL,
	replies_received DOUBLE PRECISION NOT NULL,
	questions BIGINT NOT NULL,
	help_requests BIGINT NOT NULL,
	help_answers BIGINT NOT NULL,
	unanswered_requests BIGINT NOT NULL,
	list_entries BIGINT NOT NULL,
	learning_entries BIGINT NOT NULL,
	offer_turns BIGINT NOT NULL,
	opportunity_turns BIGINT NOT NULL,
	n_ties BIGINT NOT NULL,
	present_days BIGINT NOT NULL,
	covered_days BIGINT NOT NULL,
	tenure_days BIGINT NOT NULL,
	CONSTRAINT ck_member_month_cohort CHECK ("cohort" BETWEEN 1900 AND 2200),
	CONSTRAINT ck_member_month_gender CHECK ("gender" IN ('female', 'male')),
	CONSTRAINT ck_member_month_role CHECK ("role" IN ('founder', 'officer', 'member')),
	CONSTRAINT ck_member_month_turns CHECK ("turns" >= 0),
	CONSTRAINT ck_member_month_text_turns CHECK ("text_turns" >= 0),
	CONSTRAINT ck_member_month_words CHECK ("words" >= 0),
	CONSTRAINT ck_member_month_replies_given CHECK ("replies_given" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_month_replies_received CHECK ("replies_received" BETWEEN 0 AND 1.7976931348623157e+308),
	CONSTRAINT ck_member_month_questions CHECK ("questions" >= 0),
	CONSTRAINT ck_member_month_help_requests CHECK ("help_requests" >= 0),
	CONSTRAINT ck_member_month_help_answers CHECK ("help_answers" >= 0),
	CONSTRAINT ck_member_month_unanswered_requests CHECK ("unanswered_requests" >= 0),
	CONSTRAINT ck_member_month_list_entries CHECK ("list_entries" >= 0),
	CONSTRAINT ck_member_month_learning_entries CHECK ("learning_entries" >= 0),
	CONSTRAINT ck_member_month_offer_turns CHECK ("offer_turns" >= 0),
	CONSTRAINT ck_member_month_opportunity_turns CHECK ("opportunity_turns" >= 0),
	CONSTRAINT ck_member_month_n_ties CHECK ("n_ties" >= 0),
	CONSTRAINT ck_member_month_present_days CHECK ("present_days" >= 0),
	CONSTRAINT ck_member_month_covered_days CHECK ("covered_days" >= 0),
	CONSTRAINT ck_member_month_tenure_days CHECK ("tenure_days" >= 0)
);
COMMENT ON TABLE enclave.member_month IS 'Grain: one consenting person present in a group in a month.';
COMMENT ON COLUMN enclave.member_month.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN enclave.member_month.pseudonym_key IS 'Keyed pseudonym of a person.';
COMMENT ON COLUMN enclave.member_month.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN enclave.member_month.cohort IS 'Year of entry (angkatan).';
COMMENT ON COLUMN enclave.member_month.gender IS 'Gender as the roster states it.';
COMMENT ON COLUMN enclave.member_month.role IS 'Role in the group.';
COMMENT ON COLUMN enclave.member_month.turns IS 'Turns. [turns]';
COMMENT ON COLUMN enclave.member_month.text_turns IS 'Turns with text of their own. [turns]';
COMMENT ON COLUMN enclave.member_month.words IS 'Words. [words]';
COMMENT ON COLUMN enclave.member_month.replies_given IS 'Weight of core replies given. [weight]';
COMMENT ON COLUMN enclave.member_month.replies_received IS 'Weight of core replies received. [weight]';
COMMENT ON COLUMN enclave.member_month.questions IS 'Questions asked. [turns]';
COMMENT ON COLUMN enclave.member_month.help_requests IS 'Requests for help. [turns]';
COMMENT ON COLUMN enclave.member_month.help_answers IS 'First answers given to requests for help. [turns]';
COMMENT ON COLUMN enclave.member_month.unanswered_requests IS 'Requests for help without an answer within 24 hours; no sign that they were refused or unseen. [turns]';
COMMENT ON COLUMN enclave.member_month.list_entries IS 'Entries in lists. [entries]';
COMMENT ON COLUMN enclave.member_month.learning_entries IS 'Entries in lists of learning activities. [entries]';
COMMENT ON COLUMN enclave.member_month.offer_turns IS 'Turns that offer help. [turns]';
COMMENT ON COLUMN enclave.member_month.opportunity_turns IS 'Turns that share an opportunity. [turns]';
COMMENT ON COLUMN enclave.member_month.n_ties IS 'Distinct people tied to by core replies, either way. [people]';
COMMENT ON COLUMN enclave.member_month.present_days IS 'Covered days present in the group. [days]';
COMMENT ON COLUMN enclave.member_month.covered_days IS 'Days observed by at least one export. [days]';
COMMENT ON COLUMN enclave.member_month.tenure_days IS 'Days since first proven or presumed presence. [days]';
CREATE TABLE enclave.sequence (
	group_id TEXT NOT NULL,
	pseudonym_key TEXT NOT NULL,
	month DATE NOT NULL,
	is_active BOOLEAN NOT NULL,
	is_isolated BOOLEAN NOT NULL,
	has_unanswered_request BOOLEAN NOT NULL,
	has_received_aid BOOLEAN NOT NULL,
	is_empowered BOOLEAN NOT NULL,
	is_silent_next BOOLEAN,
	is_gone_next BOOLEAN,
	is_empowered_next BOOLEAN
);
COMMENT ON TABLE enclave.sequence IS 'Grain: one consenting person in a group in a month, with what follows in the next.';
COMMENT ON COLUMN enclave.sequence.group_id IS 'The group''s identifier: its folder''s name in landing.';
COMMENT ON COLUMN enclave.sequence.pseudonym_key IS 'Keyed pseudonym of a person.';
COMMENT ON COLUMN enclave.sequence.month IS 'Calendar month, by its first day, in the group''s time zone.';
COMMENT ON COLUMN enclave.sequence.is_active IS 'Whether the person wrote in the month.';
COMMENT ON COLUMN enclave.sequence.is_isolated IS 'Whether the person wrote and had no tie in the month.';
COMMENT ON COLUMN enclave.sequence.has_unanswered_request IS 'Whether a request of the person went without an answer in the month.';
COMMENT ON COLUMN enclave.sequence.has_received_aid IS 'Whether a request of the person was answered.';
COMMENT ON COLUMN enclave.sequence.is_empowered IS 'Whether the person offered help, shared an opportunity or joined learning in the month.';
COMMENT ON COLUMN enclave.sequence.is_silent_next IS 'Whether the person was there in the next month and wrote nothing; NULL where that is not observed.';
COMMENT ON COLUMN enclave.sequence.is_gone_next IS 'Whether the person was not there any more in the next month; NULL where that is not observed.';
COMMENT ON COLUMN enclave.sequence.is_empowered_next IS 'Whether the person was empowered in the next month; NULL where that is not observed.';
