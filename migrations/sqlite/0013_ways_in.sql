-- The name of the site that a passkey was made for: browsers use it nowhere else. NULL for one from before.
ALTER TABLE passkey ADD COLUMN site TEXT;
-- The oldest of one purpose make room for new ones.
CREATE INDEX mail_token_by_purpose ON mail_token (purpose, created_at);
