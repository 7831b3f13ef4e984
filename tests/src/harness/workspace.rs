//! A workspace of one's own: a server on an empty data folder, and the people in it.

use std::sync::Mutex;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use super::mail::{self, Mail};
use super::server::{self, Server, binary};
use super::{PATIENCE, Page, Teller, postgres};

/// The space that stories play in when they do not found their own.
const SPACE: &str = "Kuntademokratiaverkosto";
/// And the name of one that outsiders must not come across.
pub const SPACE_CLOSED: &str = "Hiljainen valmistelu";

/// A running service with its data.
pub struct Workspace {
    server: Mutex<Server>,
    command: &'static str,
    pub address: String,
    data: TempDir,
    database: Option<String>,
    /// What the program is told by its environment at each start.
    settings: Mutex<Vec<(&'static str, String)>>,
    /// The mail that was read: to whom, when it was sent, its file.
    read: Mutex<Vec<(String, SystemTime, std::ffi::OsString)>>,
}

/// Tells the same story on SQLite and on PostgreSQL.
pub async fn on_both(story: impl AsyncFn(Workspace)) {
    for database in [None, Some(postgres::database())] {
        eprintln!("on {}", if database.is_some() { "PostgreSQL" } else { "SQLite" });
        story(Workspace::start("serve", database)).await;
    }
}

/// The same for a program that is told so by its environment.
pub async fn on_both_told(settings: &[(&'static str, String)], story: impl AsyncFn(Workspace)) {
    for database in [None, Some(postgres::database())] {
        eprintln!("on {}", if database.is_some() { "PostgreSQL" } else { "SQLite" });
        story(Workspace::start_told("serve", database, settings.to_vec())).await;
    }
}

impl Workspace {
    /// An empty workspace in the database that comes with the program.
    pub async fn open() -> Workspace {
        Workspace::start("serve", None)
    }

    /// The workspace with the example network in it.
    pub async fn example() -> Workspace {
        Workspace::start("demo", None)
    }

    /// An empty workspace whose log tells what it asks of its database.
    pub async fn that_tells_its_questions() -> Workspace {
        Workspace::start("serve --log sqlx::query=debug", None)
    }

    /// An empty workspace whose program is told so by its environment.
    pub async fn told(settings: &[(&'static str, String)]) -> Workspace {
        Workspace::start_told("serve", None, settings.to_vec())
    }

    fn start(command: &'static str, database: Option<String>) -> Workspace {
        Workspace::begin(command, folder(), database, Vec::new())
    }

    fn start_told(command: &'static str, database: Option<String>, settings: Vec<(&'static str, String)>) -> Workspace {
        Workspace::begin(command, folder(), database, settings)
    }

    /// The service on data that is there already.
    pub fn on(data: TempDir, database: Option<String>) -> Workspace {
        Workspace::begin("serve", data, database, Vec::new())
    }

    fn begin(
        command: &'static str,
        data: TempDir,
        database: Option<String>,
        settings: Vec<(&'static str, String)>,
    ) -> Workspace {
        let server = Server::start(command, "127.0.0.1:0", data.path(), database.as_deref(), &settings);
        let address = server.address.clone();
        let settings = Mutex::new(settings);
        Workspace { server: Mutex::new(server), command, address, data, database, settings, read: Mutex::default() }
    }

    /// Pulls the plug and starts again on the same data, at the same address.
    pub fn crashes_and_returns(&self) {
        self.without(|| ());
    }

    /// Stops in good order and starts again. Returns how long stopping took.
    pub fn restarts(&self) -> Duration {
        let mut server = self.server.lock().expect("one story at a time");
        let asked = Instant::now();
        assert!(server.stop(), "the server does not stop when asked");
        let took = asked.elapsed();
        let place = server.place().to_owned();
        *server = self.start_again(&place);
        took
    }

    fn start_again(&self, place: &str) -> Server {
        let settings = self.settings.lock().expect("one story at a time").clone();
        Server::start(self.command, place, self.data.path(), self.database.as_deref(), &settings)
    }

    /// Starts again when so many seconds have passed since the workspace was opened.
    pub fn returns_after(&self, seconds: i64) {
        let mut settings = self.settings.lock().expect("one story at a time");
        settings.retain(|(name, _)| *name != "AUKIO_CLOCK_AHEAD_SECONDS");
        settings.push(("AUKIO_CLOCK_AHEAD_SECONDS", seconds.to_string()));
        drop(settings);
        self.crashes_and_returns();
    }

    /// Runs another command of the program on the same data; gives what it printed and whether it was content.
    pub fn says(&self, command: &str) -> (String, bool) {
        let output = self.runs(command).output().expect("the program runs");
        (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
    }

    /// Somebody with the database's own key at work on it. Gives what the database answered.
    pub fn tampers(&self, sql: &str) -> Result<String, String> {
        let mut program = match &self.database {
            Some(database) => {
                let mut psql = std::process::Command::new("psql");
                psql.args([database, "-At", "-v", "ON_ERROR_STOP=1", "-c", sql]);
                psql
            }
            None => {
                let mut sqlite = std::process::Command::new("sqlite3");
                sqlite.arg("-bail").arg(self.data.path().join("aukio.db"));
                sqlite.arg(format!("PRAGMA busy_timeout=5000; {sql}"));
                sqlite
            }
        };
        let output = program.output().expect("the database's own program is installed");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    pub fn is_postgres(&self) -> bool {
        self.database.is_some()
    }

    /// Stops, lets something happen to the data, and starts again.
    pub fn without(&self, change: impl FnOnce()) {
        let mut server = self.server.lock().expect("one story at a time");
        server.kill();
        change();
        let place = server.place().to_owned();
        *server = self.start_again(&place);
    }

    /// Runs a command of the program on this workspace's data to its end, beside the service.
    pub fn does(&self, command: &str, arguments: &[&str]) -> Told {
        run(command, arguments, self.data.path(), self.database.as_deref())
    }

    /// The process of the service.
    pub fn pid(&self) -> u32 {
        self.server.lock().expect("one story at a time").pid()
    }

    pub fn database(&self) -> Option<&str> {
        self.database.as_deref()
    }

    /// The password that all people of the example network share, as the server tells it at its start.
    pub fn demo_password(&self) -> String {
        let line =
            self.server.lock().expect("one story at a time").says("sign in at ").expect("the demo tells its password");
        line.rsplit(' ').next().unwrap_or_default().to_owned()
    }

    /// What the server has written for its keeper.
    pub fn log(&self) -> String {
        self.server.lock().expect("one story at a time").log()
    }

    pub fn data(&self) -> &std::path::Path {
        self.data.path()
    }

    /// Waits until the server's metrics have the line.
    pub async fn measures(&self, line: &str) {
        let started = Instant::now();
        while !self.visitor().get("/metrics").await.body.lines().any(|measured| measured == line) {
            assert!(started.elapsed() < PATIENCE, "`{line}` is not measured in {PATIENCE:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Brings rows in with the command, while the service runs.
    pub fn imports(&self, rows: &str) {
        let file = self.data.path().join("import.jsonl");
        std::fs::write(&file, rows).expect("the data folder can be written");
        let outcome = self.runs("import").arg(&file).output().expect("the program runs");
        let told = String::from_utf8_lossy(&outcome.stderr);
        assert!(outcome.status.success(), "{}{told}", String::from_utf8_lossy(&outcome.stdout));
    }

    /// The program with another command on the same data.
    pub fn runs(&self, command: &str) -> std::process::Command {
        let mut program = std::process::Command::new(binary());
        program.arg(command).arg("--data").arg(self.data.path());
        if let Some(database) = &self.database {
            program.args(["--database", database]);
        }
        program
    }

    /// Somebody who is not signed in.
    pub fn visitor(&self) -> Teller {
        Teller::new(&self.address)
    }

    /// Somebody who has registered through the public pages.
    pub async fn member(&self, name: &str) -> Teller {
        let mut teller = self.visitor();
        teller.name = name.to_owned();
        teller.email = email(name);
        let page = teller.get("/fi/register").await;
        self.registers(&teller, page).await;
        teller
    }

    /// Fills in the form on the page, opens the mail and confirms. Returns the page it ends at.
    pub async fn registers(&self, teller: &Teller, page: Page) -> Page {
        let form = page.form_with(&["email", "name", "sector"]);
        let form = form.with("name", &teller.name).with("email", &teller.email).with("sector", "municipality");
        teller.submit(form.with("organisation", "Joensuun kaupunki")).await.is(200);
        let link = self.mail_to(&teller.email).await;
        let asks = teller.get(&link).await;
        teller.submit(asks.form("main form[method=post]")).await
    }

    /// The first administrator, by the link that the server writes to its keeper.
    pub async fn administrator(&self, name: &str) -> Teller {
        let link = self.invitation();
        let mut teller = self.visitor();
        teller.name = name.to_owned();
        teller.email = email(name);
        let page = teller.get(&link).await;
        let form = page.form_with(&["email", "name"]).with("name", name).with("email", &teller.email);
        let form = form.with("sector", "municipality").with("organisation", "Suomen Kuntaliitto");
        teller.submit(form.with("password", "viisitoista merkkia riittaa")).await.is(200);
        teller
    }

    /// The address at which the first administrator makes an account. It is told once.
    pub fn invitation(&self) -> String {
        let link = self.server.lock().expect("one story at a time").says("first administrator: ");
        link.expect("a server without an administrator tells how to become one")
    }

    /// A public network that anyone may join, and its founder.
    pub async fn network(&self) -> (String, Teller) {
        let founder = self.administrator("Helmi Saarela").await;
        let slug = self.founds(&founder, "", SPACE, &[("joining", "open")]).await;
        (slug, founder)
    }

    /// Founds a space and returns its slug. `parent` is a slug, or empty for a network.
    pub async fn founds(&self, founder: &Teller, parent: &str, name: &str, fields: &[(&str, &str)]) -> String {
        let page = founder.get(&format!("/fi/spaces/new?parent={parent}")).await;
        let mut form = page.form_with(&["name", "purpose"]).with("name", name).with("purpose", "Kokeillaan yhdessä.");
        for (field, value) in fields {
            form = form.with(field, value);
        }
        let space = founder.submit(form).await;
        space.shows(name);
        let rest = space.address.strip_prefix("/fi/spaces/").unwrap_or_else(|| panic!("founded at {}", space.address));
        rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned()
    }

    /// Waits for mail to the address with a link that has not been read yet, and returns its first link as a path.
    pub async fn mail_to(&self, address: &str) -> String {
        loop {
            let mail = self.newest_mail(address).await;
            // A letter that only tells of something may come before.
            let Some(link) = mail.link() else { continue };
            let path = link.strip_prefix(&self.address);
            return path.unwrap_or_else(|| panic!("the link {link} leads away from {}", self.address)).to_owned();
        }
    }

    /// Waits for the mail of this subject that has not been read yet.
    pub async fn mail_called(&self, address: &str, subject: &str) -> Mail {
        loop {
            let mail = self.newest_mail(address).await;
            if mail.subject == subject {
                return mail;
            }
        }
    }

    /// Waits for the mail with these words, whatever its lines, that has not been read yet.
    pub async fn mail_saying(&self, address: &str, words: &str) -> Mail {
        loop {
            let mail = self.newest_mail(address).await;
            if mail.text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words) {
                return mail;
            }
        }
    }

    /// Waits for mail to the address that has not been read yet.
    pub async fn newest_mail(&self, address: &str) -> Mail {
        let folder = self.data.path().join("mail");
        let started = Instant::now();
        // A folder gives no signal without a library of its own, so it is looked into.
        while started.elapsed() < PATIENCE {
            let newest = mail::all(&folder).into_iter().rfind(|mail| mail.to.contains(address) && !self.has_read(mail));
            if let Some(mail) = newest.filter(|mail| !mail.text.is_empty()) {
                let read = (address.to_owned(), mail.sent, mail.file.clone());
                self.read.lock().expect("one story at a time").push(read);
                return mail;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no mail to {address} in {PATIENCE:?}");
    }

    /// Whether this mail, or a later one to the same address, has been read. Two may have come in the same instant.
    fn has_read(&self, mail: &Mail) -> bool {
        let read = self.read.lock().expect("one story at a time");
        let mut to_the_same = read.iter().filter(|(to, _, _)| mail.to.contains(to.as_str()));
        to_the_same.any(|(_, at, file)| *at > mail.sent || *file == mail.file)
    }
}

/// An empty folder that goes when the story ends.
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("aukio-story-").tempdir().expect("a temporary folder")
}

/// What a command of the program said, and whether it succeeded.
#[derive(Debug)]
pub struct Told {
    pub well: bool,
    pub text: String,
}

impl Told {
    #[track_caller]
    pub fn succeeds(self) -> String {
        assert!(self.well, "{}", self.text);
        self.text
    }

    #[track_caller]
    pub fn fails(self) -> String {
        assert!(!self.well, "{}", self.text);
        self.text
    }
}

/// Runs a command of the program to its end.
pub fn run(command: &str, arguments: &[&str], data: &std::path::Path, database: Option<&str>) -> Told {
    let mut program = server::program();
    program.arg(command).arg("--data").arg(data).args(arguments);
    if let Some(database) = database {
        program.args(["--database", database]);
    }
    let output = program.output().expect("the program runs");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    Told { well: output.status.success(), text }
}

/// `Helmi Saarela` → `helmi.saarela@example.fi`
fn email(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .map(|sign| match sign {
            'ä' | 'å' | 'á' | 'à' => 'a',
            'ö' => 'o',
            ' ' => '.',
            other => other,
        })
        .collect();
    format!("{plain}@example.fi")
}
