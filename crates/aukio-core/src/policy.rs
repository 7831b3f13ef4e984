//! Who may do what: one pure function. Everything that asks about rights ends here.

use crate::PersonId;

/// What a viewer wants to do with a space or with something in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Read it, follow it live, find it.
    Read,
    /// Become a member, where joining is open.
    Join,
    /// Ask to become a member, where a convener answers.
    AskToJoin,
    Leave,
    StartThread,
    Post,
    /// Change one's own message.
    EditMessage,
    /// Take a message away and leave a gravestone.
    WithdrawMessage,
    CreateDocument,
    EditDocument,
    /// Found a group or a sub-network inside this space.
    CreateSpace,
    /// Change the name, purpose and dates of the space.
    EditSpace,
    /// Accept those who ask, bring in and remove members.
    ManageMembers,
}

impl Act {
    pub const ALL: [Act; 13] = [
        Act::Read,
        Act::Join,
        Act::AskToJoin,
        Act::Leave,
        Act::StartThread,
        Act::Post,
        Act::EditMessage,
        Act::WithdrawMessage,
        Act::CreateDocument,
        Act::EditDocument,
        Act::CreateSpace,
        Act::EditSpace,
        Act::ManageMembers,
    ];
}

impl Act {
    /// The act of this name, as the rights table and the templates spell it.
    pub fn named(name: &str) -> Option<Act> {
        Act::ALL.into_iter().find(|act| format!("{act:?}") == name)
    }
}

/// What a person is in a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Member,
    /// Calls a working group together.
    Convener,
    /// Takes care of a network and everything below it.
    Coordinator,
}

/// How people become members of a space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Joining {
    Open,
    Request,
    Invited,
}

/// Where a viewer stands towards a space, and towards one thing of it if there is one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standing {
    /// Nobody when not signed in.
    pub person: Option<PersonId>,
    pub administrator: bool,
    /// Role in this space, or coordinator by inheritance from a space above.
    pub role: Option<Role>,
    /// Only members know that it exists.
    pub closed: bool,
    /// Past its end: kept for reading.
    pub ended: bool,
    pub joining: Joining,
    /// Whether the thing at hand (a message) is the viewer's own.
    pub own: bool,
}

/// The answer to a wish.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Yes,
    /// Yes, once signed in.
    SignIn,
    No,
    /// As if it were not there.
    Hidden,
}

/// Decides whether somebody who stands like this may do that.
pub fn decide(standing: Standing, act: Act) -> Verdict {
    let Standing { person, administrator, role, closed, ended, joining, own } = standing;
    if closed && role.is_none() {
        return Verdict::Hidden;
    }
    if act == Act::Read {
        return Verdict::Yes;
    }
    let caretaker = administrator || role == Some(Role::Coordinator);
    let convening = caretaker || role == Some(Role::Convener);
    // Talking needs no joining where anybody could join with one press: the door is open anyway.
    let takes_part = role.is_some() || administrator || joining == Joining::Open;
    let wish = match act {
        Act::Read => true,
        Act::Join => role.is_none() && !ended && joining == Joining::Open,
        Act::AskToJoin => role.is_none() && !ended && joining == Joining::Request,
        Act::Leave => role.is_some(),
        Act::StartThread | Act::Post | Act::CreateDocument | Act::EditDocument => takes_part && !ended,
        Act::EditMessage => own && !ended,
        Act::WithdrawMessage => own || caretaker,
        Act::CreateSpace => takes_part && !ended,
        Act::EditSpace | Act::ManageMembers => convening,
    };
    match (person, act) {
        (None, Act::Leave | Act::EditMessage | Act::WithdrawMessage | Act::EditSpace | Act::ManageMembers) => {
            Verdict::SignIn
        }
        (None, _) if ended => Verdict::No,
        (None, Act::Join) if joining != Joining::Open => Verdict::No,
        (None, Act::AskToJoin) if joining != Joining::Request => Verdict::No,
        (None, _) => Verdict::SignIn,
        (Some(_), _) if wish => Verdict::Yes,
        (Some(_), _) => Verdict::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standings() -> Vec<(String, Standing)> {
        let tellers: [(&str, Option<i64>, bool, Option<Role>); 6] = [
            ("visitor", None, false, None),
            ("outsider", Some(1), false, None),
            ("member", Some(1), false, Some(Role::Member)),
            ("convener", Some(1), false, Some(Role::Convener)),
            ("coordinator", Some(1), false, Some(Role::Coordinator)),
            ("administrator", Some(1), true, None),
        ];
        let mut all = Vec::new();
        for (closed, ended, joining) in [
            (false, false, Joining::Open),
            (false, false, Joining::Request),
            (false, false, Joining::Invited),
            (false, true, Joining::Open),
            (true, false, Joining::Invited),
        ] {
            for (name, person, administrator, role) in tellers {
                let person = person.map(PersonId);
                let place =
                    format!("{}{}{joining:?}", if closed { "closed " } else { "" }, if ended { "ended " } else { "" });
                all.push((
                    format!("{:<17} {name}", place.to_lowercase()),
                    Standing { person, administrator, role, closed, ended, joining, own: false },
                ));
            }
        }
        all
    }

    #[test]
    fn the_table_of_rights() {
        let mut table = String::new();
        for (name, standing) in standings() {
            table.push_str(&format!("{name:<32}"));
            for act in Act::ALL {
                let word = match decide(standing, act) {
                    Verdict::Yes => "yes",
                    Verdict::SignIn => "sign-in",
                    Verdict::No => "no",
                    Verdict::Hidden => "hidden",
                };
                table.push_str(&format!(" {word:<7}"));
            }
            table = format!("{}\n", table.trim_end());
        }
        let header: String = Act::ALL.iter().map(|act| format!(" {act:?}")).collect();
        let table = format!("columns:{header}\n{table}");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/policy_table.txt");
        if std::env::var_os("UPDATE_TABLES").is_some() {
            std::fs::write(file, &table).unwrap();
        }
        let kept = std::fs::read_to_string(file).unwrap();
        assert_eq!(kept, table, "the rights have changed; if that is meant, run the test with UPDATE_TABLES=1");
    }

    #[test]
    fn a_member_may_do_all_that_a_visitor_may() {
        for (name, standing) in standings() {
            if standing.person.is_some() {
                let visitor = Standing { person: None, role: None, administrator: false, ..standing };
                for act in Act::ALL {
                    if decide(visitor, act) == Verdict::Yes {
                        assert_eq!(decide(standing, act), Verdict::Yes, "{name} {act:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn ones_own_message() {
        let own = Standing {
            person: Some(PersonId(1)),
            administrator: false,
            role: None,
            closed: false,
            ended: false,
            joining: Joining::Open,
            own: true,
        };
        assert_eq!(decide(own, Act::EditMessage), Verdict::Yes);
        assert_eq!(decide(Standing { ended: true, ..own }, Act::EditMessage), Verdict::No);
        assert_eq!(decide(Standing { own: false, ..own }, Act::WithdrawMessage), Verdict::No);
        assert_eq!(decide(Standing { closed: true, ..own }, Act::WithdrawMessage), Verdict::Hidden);
    }
}
