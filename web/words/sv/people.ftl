person-gone = Tidigare medlem
person-name = Namn
person-name-hint = Ditt namn syns bredvid allt du skriver. Använd ditt eget namn.
person-name-missing = Skriv ditt namn.
person-email-missing = Skriv din e-postadress.
person-email = E-post
person-email-hint = Adressen syns inte för andra. Vi skickar en länk till den så att du kan bekräfta den.
person-sector = Sektor
person-sector-hint = Vad företräder du i nätverket?
person-sector-none = Välj sektor
person-sector-choose = Välj den sektor i listan som passar bäst.
person-organisation = Organisation
person-organisation-hint = Till exempel Raseborgs stad. Om du deltar som kommuninvånare, ange din hemkommun. Du kan lämna fältet tomt.
person-language = Språk
person-language-hint = På det här språket får du post från Aukio. Du kan diskutera på vilket språk du vill.
person-password = Lösenord
person-password-optional = Lösenord (frivilligt)
person-hidden-until = Din profil är dold tills du deltar offentligt.
person-data-how = Så behandlar vi dina uppgifter

password-show = Visa lösenordet
password-hint = Minst { $n } tecken. En fras på några ord är lätt att minnas och svår att gissa. Mellanslag går bra.
password-common = Det här lösenordet är lätt att gissa. Hitta på ett annat, till exempel en fras på några ord utan ditt eget namn.

sign-in-title = Logga in
sign-in-heading = Logga in när du vill delta
sign-in-text-kept = Texten du skrev finns kvar. När du har loggat in kommer du tillbaka till samma ställe och kan skicka den.
sign-in-email-hint = Samma adress som du registrerade dig med.
sign-in-password-hint = Om du inte har något lösenord, be om en länk till din e-post.
sign-in-do = Logga in
sign-in-or = eller
sign-in-link-do = Skicka mig en länk
sign-in-link-what = Länken loggar in dig utan lösenord.
sign-in-new = Är du inte medlem ännu?
sign-in-no-password = Skriv lösenordet eller be om en länk till din e-post.
sign-in-wrong = E-postadressen och lösenordet hör inte ihop. Kontrollera dem eller be om en länk till din e-post.
sign-in-not-needed = Du behöver inget konto när du
sign-in-not-needed-read = läser diskussioner och dokument
sign-in-not-needed-follow = följer en diskussion medan den pågår
sign-in-not-needed-search = söker i allt som är offentligt
sign-in-needed = Med ett konto
sign-in-needed-talk = diskuterar du
sign-in-needed-write = skriver du dokument tillsammans med andra
sign-in-needed-found = bildar du en arbetsgrupp
sign-out-do = Logga ut

link-title = Logga in
link-text = Med den här länken loggar { $name } in. Tryck på knappen för att fortsätta.

register-title = Registrera dig
register-do = Registrera dig
register-heading = Kom med i nätverket
register-what = Medlemskapet är gratis. Vi behöver bara ditt namn och din e-postadress.
register-text-kept = Texten du skrev finns kvar. När du har registrerat dig kommer du tillbaka till samma ställe och kan skicka den.
register-password-hint = Minst 15 tecken. En fras på några ord är lätt att minnas och svår att gissa. Utan lösenord loggar du in med en länk som kommer per e-post.
register-send = Skicka bekräftelselänken
register-terms = När du registrerar dig godkänner du användarvillkoren.
register-known = Är du redan medlem?
register-then = Vad händer sedan
register-then-mail = Du får en länk per e-post. Öppna den och tryck på knappen, så är ditt konto klart.
register-then-back = Du kommer tillbaka till det ställe som du lämnade.
register-then-name = Du kan ändra dina uppgifter eller stänga ditt konto när som helst.

confirm-title = Bekräfta din e-postadress
confirm-text = Välkommen, { $name }. Tryck på knappen så är ditt konto klart.
confirm-do = Bekräfta och fortsätt

sent-title = Titta i din e-post
sent-to = Vi skickade en länk till { $email }.
sent-works-an-hour = Länken fungerar en gång och gäller i en timme.
sent-works-a-day = Länken fungerar en gång och gäller i ett dygn.
sent-not-come = Har inget kommit? Titta i skräpposten och kontrollera att adressen är rätt.
sent-again = Försök igen

first-title = Skapa den första administratören
first-what = Administratören grundar nätverket och sköter om tjänsten. Länken till den här sidan fungerar bara en gång.
first-do = Skapa administratören

email-confirm-title = Bekräfta den nya e-postadressen
email-confirm-text = Tryck på knappen så byts din adress till { $email }.
email-confirm-do = Byt adress

me-title = Min sida
me-profile = Din offentliga profil
me-done-profile = Dina uppgifter har sparats.
me-done-email-sent = Vi skickade en länk till den nya adressen. Adressen byts när du öppnar länken.
me-done-email = Din e-postadress har bytts.
me-done-password = Lösenordet har bytts. Dina andra sessioner har avslutats.
me-done-session = Sessionen har avslutats.
me-about = Uppgifter om dig
me-email-now = Din adress är { $email }. Den syns inte för andra.
me-email-new = Ny e-postadress
me-email-hint = Vi skickar en länk till den nya adressen så att du kan bekräfta den.
me-email-do = Skicka bekräftelselänken
me-password-none = Du har inget lösenord. Du loggar in med en länk som kommer per e-post.
me-password-current = Nuvarande lösenord
me-password-new = Nytt lösenord
me-password-set = Välj lösenord
me-password-change = Byt lösenord
me-password-what = När lösenordet byts avslutas alla dina andra sessioner.
me-password-wrong = Lösenordet är fel. Skriv ditt nuvarande lösenord.
me-sessions = Här är du inloggad
me-sessions-what = En session avslutas när den inte har använts på 14 dagar, och senast 30 dagar efter inloggningen.
me-session-here = den här webbläsaren
me-session-started = Inloggad { $moment }
me-session-seen = Senast använd
me-session-end = Avsluta sessionen
me-sessions-end-others = Avsluta alla andra sessioner
me-device-unknown = Okänd enhet
me-close = Stänga kontot
me-close-more = Stäng mitt konto
me-close-what = Ett stängt konto kan inte öppnas på nytt.
me-close-what-name = Ditt namn, din e-postadress och dina övriga uppgifter raderas.
me-close-what-texts = Dina inlägg och dokument finns kvar, men under namnet ”Tidigare medlem”.
me-close-what-end = Du lämnar alla arbetsytor, och alla dina sessioner avslutas.
me-close-password = Bekräfta genom att skriva ditt lösenord
me-close-name = Bekräfta genom att skriva ditt namn: { $name }
me-close-name-wrong = Namnet är inte detsamma. Skriv ditt namn exakt som det står ovan.
me-close-do = Stäng kontot permanent

people-what = Listan visar dem som har deltagit offentligt.
people-narrow = Avgränsa medlemmarna
people-narrow-do = Avgränsa
people-narrow-none = Visa alla
people-none = Ingen har deltagit ännu. En medlem syns i listan efter sitt första inlägg.
people-none-do = Öppna diskussionerna
people-none-here = Ingen hittades med den här avgränsningen.
people-first-page = Till början

profile-edit = Redigera dina uppgifter
profile-only-you = Bara du ser den här sidan. Den öppnas för andra när du deltar offentligt.
profile-language = Språk
profile-since = Med sedan
profile-spaces = Arbetsytor
profile-no-spaces = Inga arbetsytor ännu som du kan se.

code-title = En kod till
code-label = Kod
code-hint = Sex siffror från autentiseringsappen, eller en av dina reservkoder.
code-lost = Har du tappat bort din telefon? Skriv en av dina reservkoder. Om du inte har några kvar, kontakta administratören.
code-wrong = Koden duger inte. Se efter en ny kod i appen: varje kod fungerar bara en gång och i en halv minut.

prove-title = Bekräfta att det är du
prove-what = Åtgärden gäller ditt konto eller andras ärenden, så vi vill först vara säkra på att det är du som sitter vid webbläsaren. Bekräftelsen räcker en kvart.
prove-password-hint = Lösenordet som du loggar in i Aukio med.
prove-do = Bekräfta
prove-link-what = Du har inget lösenord, så vi skickar en länk till { $email }. Via länken kommer du tillbaka till samma ställe.

factor-title = Inloggning i två steg
factor-what = När du loggar in ber vi utöver lösenordet om en kod från autentiseringsappen i din telefon. Då räcker lösenordet ensamt inte för att öppna ditt konto.
factor-due = Koordinatorer och administratörer måste logga in i två steg, eftersom de också har hand om andras ärenden. Ta det i bruk nu, så kan du fortsätta.
factor-begin = Ta i bruk
factor-change = Reservkoder och borttagning
factor-is-set = Inloggning i två steg är i bruk.
factor-first = 1. Lägg till Aukio i autentiseringsappen
factor-first-what = Öppna autentiseringsappen i din telefon och läs av bilden. Vilken autentiseringsapp som helst duger.
factor-picture = QR-bild för autentiseringsappen. Samma nyckel står som text under bilden.
factor-secret = Om du inte kan läsa av bilden, skriv in den här nyckeln i appen:
factor-second = 2. Skriv koden
factor-code-hint = De sex siffror som appen visar nu.
factor-set-do = Ta i bruk
factor-remove = Ta ur bruk
factor-remove-what = Därefter loggar du in utan kod. Om du är koordinator eller administratör måste du ta koden i bruk igen innan du fortsätter med ditt uppdrag.
factor-remove-hint = Utan kod måste lösenordet ha minst 15 tecken.
factor-remove-do = Ta bort inloggning i två steg
factor-password-short = Ditt lösenord är för kort som enda skydd. Byt först till ett med minst { $n } tecken.

recovery-title = Reservkoder
recovery-keep = Skriv upp koderna eller skriv ut dem. Vi visar dem inte igen.
recovery-what = Med en reservkod loggar du in om du inte har telefonen till hands. Varje kod fungerar en gång.
recovery-left = { $n ->
    [0] Du har inga reservkoder kvar.
    [one] Du har en reservkod kvar.
   *[other] Du har { $n } reservkoder kvar.
 }
recovery-new-do = Gör nya reservkoder
recovery-kept = Koderna är sparade, fortsätt

me-back = Tillbaka till min sida
me-done-code-removed = Inloggning i två steg har tagits ur bruk.

audit-title = Händelselogg
audit-what = Inloggningar, misslyckade försök, ändrade roller och annat som är viktigt för säkerheten. Loggen kan inte ändras, och raderna sparas i två år.
audit-number = Nr
audit-when = När
audit-who = Vem
audit-deed = Vad
audit-about = Närmare
audit-place = Varifrån
audit-nobody = Okänt
audit-place-this-machine = från servern
audit-place-inside = från det interna nätet
audit-place-ipv4 = från internet (IPv4)
audit-place-ipv6 = från internet (IPv6)
audit-place-program = programmet självt
audit-signed-in = Loggade in
audit-sign-in-failed = Fel lösenord
audit-sign-in-slowed = Inloggningsförsök bromsades
audit-code-failed = Fel kod
audit-signed-out = Loggade ut
audit-session-ended = Avslutade en session
audit-confirmed = Bekräftade sin identitet
audit-confirm-failed = Bekräftelsen misslyckades
audit-account-made = Registrerade sig
audit-account-closed = Stängde sitt konto
audit-administrator-made = En administratör skapades
audit-password-changed = Bytte lösenord
audit-address-changed = Bytte e-postadress
audit-second-factor-set = Tog inloggning i två steg i bruk
audit-second-factor-removed = Tog bort inloggning i två steg
audit-recovery-codes-made = Gjorde nya reservkoder
audit-recovery-code-used = Använde en reservkod
audit-role-given = Gav en roll
audit-member-removed = Tog bort en medlem
audit-denied = Rättighet saknades
audit-old-rows-gone = Rader äldre än två år togs bort
