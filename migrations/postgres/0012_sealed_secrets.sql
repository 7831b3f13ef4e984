-- Which key an authenticator's secret is sealed with; NULL for one that was stored as it is.
ALTER TABLE second_factor ADD COLUMN key_id TEXT;
CREATE INDEX second_factor_by_key ON second_factor (key_id);
