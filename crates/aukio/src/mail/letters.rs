//! The letters that the service writes, in the reader's language. Their words stand in `mail.ftl`.

use aukio_core::Time;
use aukio_core::text::{Email, PersonName};
use fluent_bundle::FluentValue;

use super::Letter;
use crate::people::Person;
use crate::people::ways_in::Change;
use crate::words::Words;

fn letter(words: Words, to: Email, key: &str, values: &[(&str, FluentValue<'_>)]) -> Letter {
    let body = words.with_all(key, values);
    let farewell = words.say("mail-farewell");
    Letter {
        to,
        subject: words.with_all(&format!("{key}-subject"), values),
        body: wrapped(&format!("{body}\n\n{farewell}\n")),
        language: words.0,
    }
}

/// Lines of at most 72 characters, as plain text mail is read best; links stay whole.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 72;
    let mut wrapped = String::with_capacity(text.len() + 32);
    for line in text.lines() {
        let mut used = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if used > 0 {
                let fits = used + 1 + length <= WIDTH;
                wrapped.push(if fits { ' ' } else { '\n' });
                used = if fits { used + 1 } else { 0 };
            }
            wrapped.push_str(word);
            used += length;
        }
        wrapped.push('\n');
    }
    wrapped
}

fn text(text: &str) -> FluentValue<'_> {
    FluentValue::from(text)
}

/// To somebody who asked to join: the link that makes the account.
pub fn confirm(words: Words, name: &PersonName, to: Email, link: &str) -> Letter {
    letter(words, to, "mail-confirm", &[("name", text(name.as_str())), ("link", text(link))])
}

/// To a member who asked to join again: a link that signs in.
pub fn already_a_member(person: &Person, to: Email, link: &str) -> Letter {
    let values = [("name", text(&person.name)), ("link", text(link))];
    letter(Words(person.language), to, "mail-already-a-member", &values)
}

/// To a member who wants to sign in without a password.
pub fn sign_in(person: &Person, to: Email, link: &str) -> Letter {
    let values = [("name", text(&person.name)), ("link", text(link))];
    letter(Words(person.language), to, "mail-sign-in", &values)
}

/// To an address that somebody tried to sign in with and that has no account.
pub fn no_account(words: Words, to: Email, link: &str) -> Letter {
    letter(words, to, "mail-no-account", &[("link", text(link))])
}

/// To a member's new address.
pub fn confirm_address(words: Words, to: Email, link: &str) -> Letter {
    letter(words, to, "mail-confirm-address", &[("link", text(link))])
}

/// To an address that a member wanted to take and that another account has.
pub fn address_taken(words: Words, to: Email) -> Letter {
    letter(words, to, "mail-address-taken", &[])
}

/// To a member's old address, once it is replaced.
pub fn address_changed(words: Words, to: Email) -> Letter {
    letter(words, to, "mail-address-changed", &[])
}

/// To a member whose password was set or changed.
pub fn password_changed(words: Words, to: Email) -> Letter {
    letter(words, to, "mail-password-changed", &[])
}

/// To a member whose ways to sign in have changed.
pub fn way_in_changed(person: &Person, to: Email, change: Change) -> Letter {
    let words = Words(person.language);
    let what = words.say(change.key());
    letter(words, to, "mail-way-in-changed", &[("name", text(&person.name)), ("what", text(&what))])
}

/// To a member whose second factor an administrator has asked to take away: a link that stops it.
pub fn factor_goes(person: &Person, to: Email, reason: &str, due: Time, now: Time, link: &str) -> Letter {
    let words = Words(person.language);
    let moment = words.moment(due, now);
    let values =
        [("name", text(&person.name)), ("moment", text(&moment)), ("reason", text(reason)), ("link", text(link))];
    letter(words, to, "mail-factor-goes", &values)
}

/// To a member whose second factor has been taken away.
pub fn factor_gone(person: &Person, to: Email, link: &str) -> Letter {
    let values = [("name", text(&person.name)), ("link", text(link))];
    letter(Words(person.language), to, "mail-factor-gone", &values)
}

#[cfg(test)]
mod tests {
    use aukio_core::Language;

    use super::*;

    #[test]
    fn every_letter_has_words_and_its_link_on_a_line_of_its_own() {
        for language in Language::ALL {
            let words = Words(language);
            let to = || Email::parse("helmi@example.fi").expect("an address");
            let name = PersonName::parse("Helmi Saarela").expect("a name");
            let link = "http://127.0.0.1:8080/fi/confirm?token=abc";
            let letters = [
                (confirm(words, &name, to(), link), true),
                (no_account(words, to(), link), true),
                (confirm_address(words, to(), link), true),
                (address_taken(words, to()), false),
                (address_changed(words, to()), false),
                (password_changed(words, to()), false),
            ];
            for change in Change::ALL {
                assert!(!words.say(change.key()).contains('⟦'), "{change:?}");
            }
            for (letter, has_link) in letters {
                assert!(!letter.subject.contains(['⟦', '\n', '{']), "{}", letter.subject);
                assert!(!letter.body.contains(['⟦', '{']), "{}", letter.body);
                assert_eq!(letter.body.lines().filter(|line| *line == link).count(), usize::from(has_link));
                assert!(letter.body.lines().all(|line| line.chars().count() <= 72), "{}", letter.body);
            }
        }
    }
}
