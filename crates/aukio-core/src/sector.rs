//! The sector that a person comes from. Sectors differ in shape and hue on the page, never in rank.

use std::fmt;
use std::str::FromStr;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sector {
    Municipality,
    WellbeingCounty,
    CentralGovernment,
    CivilSociety,
    Research,
    Company,
    Resident,
}

/// The text names no sector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such sector")]
pub struct NoSuchSector;

impl Sector {
    pub const ALL: [Sector; 7] = [
        Sector::Municipality,
        Sector::WellbeingCounty,
        Sector::CentralGovernment,
        Sector::CivilSociety,
        Sector::Research,
        Sector::Company,
        Sector::Resident,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Sector::Municipality => "municipality",
            Sector::WellbeingCounty => "wellbeing_county",
            Sector::CentralGovernment => "central_government",
            Sector::CivilSociety => "civil_society",
            Sector::Research => "research",
            Sector::Company => "company",
            Sector::Resident => "resident",
        }
    }

    /// Which of the three shapes stands beside a name: local (empty), state or civil.
    pub const fn look(self) -> &'static str {
        match self {
            Sector::Municipality | Sector::WellbeingCounty => "",
            Sector::CentralGovernment | Sector::Research => "state",
            Sector::CivilSociety | Sector::Company | Sector::Resident => "civil",
        }
    }
}

impl fmt::Display for Sector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Sector {
    type Err = NoSuchSector;

    fn from_str(text: &str) -> Result<Self, NoSuchSector> {
        Sector::ALL.into_iter().find(|sector| sector.name() == text).ok_or(NoSuchSector)
    }
}
