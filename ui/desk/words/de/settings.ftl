# Die Einstellungen. `.also` sind andere Wörter für eine Einstellung: Die Befehle finden sie damit.

settings = Einstellungen
    .sections = Bereiche der Einstellungen
settings-notifications = Benachrichtigungen
settings-sounds = Töne
settings-appearance = Darstellung
settings-sending = Senden
settings-languages = Sprachen
settings-start = Start
settings-board = Live-Übersicht
    .lead = Über ihrer Grenze wird eine Zahl rot und einmal angesagt; ein Viertel darunter ist sie wieder normal. 0 achtet auf nichts.
settings-about = Über Tandem
settings-shortcuts = Tastenkürzel

## Notifications

setting-help-needed = Jemand braucht Hilfe
    .also = benachrichtigungen hilferuf alarm
setting-invited = Eingeladen
    .also = benachrichtigungen einladung
setting-customer-wrote = Kunde hat geschrieben
    .also = benachrichtigungen nachricht neu
setting-waiting-too-long = Einer meiner Kunden wartet
    .also = benachrichtigungen wartezeit zu lange erinnerung
setting-delivery-failed = Nicht zugestellt
    .also = benachrichtigungen zustellung fehlgeschlagen fehler
setting-mentioned = In einer Notiz erwähnt
    .also = benachrichtigungen erwähnung @
setting-reminded = Wiedervorlage
    .also = benachrichtigungen erinnerung zurückgestellt später
setting-queue-long = Zu viele warten
    .also = benachrichtigungen warteschlange grenze leitung
setting-queue-threshold = Zu viele sind mehr als
    .also = benachrichtigungen grenze der warteschlange anzahl leitung
    .hint = Sie werden einmal benachrichtigt, wenn mehr Gespräche als hier auf Hilfe warten.
setting-low-score = Schlechte Bewertung
    .also = benachrichtigungen bewertungen sterne rückmeldung unzufrieden csat leitung
setting-low-score-up-to = Schlecht ist höchstens
    .also = benachrichtigungen schlechte bewertung sterne grenze zahl leitung
    .hint = Von 5. Sie werden über jede Bewertung einmal benachrichtigt.
setting-repeat = Jede Minute wiederholen, bis jemand antwortet
    .also = benachrichtigungen erneut erinnern erledigt
    .hint = Hilferufe, Einladungen und Kunden, denen Sie nach dem Beitreten noch nicht geantwortet haben.
setting-preview = Text des Kunden zeigen
    .also = benachrichtigungen vorschau datenschutz inhalt bildschirm
    .hint = Sonst erscheinen nur der Name und der Grund.
setting-quiet = Ruhezeit
    .also = benachrichtigungen nacht nicht stören stumm abend
    .hint = In dieser Zeit kommen keine Benachrichtigungen, jeden Tag.
    .from = Von
    .to = Bis
    .same = Beginn und Ende sind gleich: Die Ruhezeit ist aus.
    .day = Von { $from } bis { $to } erscheint nichts, auch keine Hilferufe.
    .night = Von { $from } bis { $to } am nächsten Tag erscheint nichts, auch keine Hilferufe.
setting-try-out = Testbenachrichtigung senden
    .also = benachrichtigungen ausprobieren prüfen test
loudness-off = Aus
loudness-silent = Lautlos
loudness-sound = Ton

## The test notification

trial-sending = Wird gesendet …
trial-taken = Das System hat sie angenommen.
    .by = Das System hat sie angenommen ({ $server }).
    .seen = Haben Sie sie gesehen?
    .yes = Ja, gesehen
    .no = Nein
    .good = Gut: So erreichen Sie Hilferufe.
    .hidden = Dann verbirgt das System sie.
    .failed = Bis es geht, behalten Sie dieses Fenster im Blick: Hilferufe erscheinen auch hier.
unseen-any = Öffnen Sie die Benachrichtigungseinstellungen des Systems. Schalten Sie „Nicht stören“ oder „Fokus“ aus und erlauben Sie Tandem Benachrichtigungen.
unseen-gnome = Klicken Sie oben auf die Uhr und schalten Sie „Bitte nicht stören“ aus. Schalten Sie unter Einstellungen › Benachrichtigungen Tandem ein.
unseen-plasma = Klicken Sie in der Kontrollleiste auf die Glocke und schalten Sie „Nicht stören“ aus. Suchen Sie in den Systemeinstellungen unter Benachrichtigungen nach Tandem.
unseen-xfce = Schalten Sie unter Einstellungen › Benachrichtigungen „Nicht stören“ aus und erlauben Sie Tandem.
unseen-dunst = In einem Terminal: dunstctl set-paused false
unseen-mako = In einem Terminal: makoctl mode -r do-not-disturb
unseen-macos = Erlauben Sie unter Systemeinstellungen › Mitteilungen › Tandem Mitteilungen. Schalten Sie in der Menüleiste den Fokus aus.
unseen-windows = Schalten Sie unter Einstellungen › System › Benachrichtigungen die Benachrichtigungen und Tandem ein und „Nicht stören“ aus.
unseen-shared = Teilen Sie Ihren Bildschirm, oder ist ein Fenster im Vollbild? Viele Systeme verbergen Benachrichtigungen so lange.
unseen-again = Senden Sie dann noch eine. Sehen Sie weiter keine, sagen Sie Ihrer Administration, welches System Sie verwenden.

## Sounds

setting-chime = Ton
    .also = töne klang glocke klingel audio benachrichtigung
    .system = Benachrichtigungen haben den Ton des Systems. Ton und Lautstärke wählen Sie in den Einstellungen des Systems.
    .where = Welche Benachrichtigungen einen Ton haben, steht unter „Benachrichtigungen“.
chime-system = Systemton
chime-bell = Glocke
chime-chord = Akkord
chime-knock = Klopfen
chime-rise = Aufstieg
setting-volume = Lautstärke
    .also = töne laut leise audio
    .hint = Bezogen auf die Lautstärke des Systems.
    .system = Der Systemton hat die Lautstärke des Systems. Wählen Sie einen anderen, um sie hier einzustellen.

## Appearance

setting-theme = Farbschema
    .also = darstellung dunkel hell modus nacht design
theme-system = Wie das System
theme-light = Hell
theme-dark = Dunkel
setting-density = Dichte
    .also = darstellung kompakt bequem zeilen abstand
    .hint = Kompakt zeigt mehr Gespräche und Nachrichten auf einmal.
density-comfortable = Bequem
density-compact = Kompakt
setting-contrast = Kontrast
    .also = darstellung hoch barrierefrei sichtbar
    .hint = Mehr macht Linien und kleine Schrift dunkler, im Dunkeln heller.
contrast-system = Wie das System
contrast-more = Mehr
setting-text-size = Schriftgröße
    .also = darstellung zoom größer kleiner schrift
    .smaller = Kleiner
    .larger = Größer
    .normal = Normal

## Sending

setting-undo = Senden rückgängig, in Sekunden
    .also = senden zurückholen zurücknehmen verzögerung
    .hint = 0 bis { $most }. So lange holt Strg Z die Nachricht zurück. Strg Eingabe sendet sofort.
setting-mind-customer = Warnen, wenn der Kunde beim Schreiben dazwischenkommt
    .also = senden zurückhalten antwort neues warnung
    .hint = Sie sehen, was neu ist, und entscheiden. Hat inzwischen jemand aus dem Team geschrieben, werden Sie immer gefragt.
setting-open-next = Nach einem Gespräch mein nächstes öffnen
    .also = senden abschließen verlassen weiter folgendes
    .hint = Wenn Sie ein Gespräch abschließen, verlassen oder übergeben.

## Languages

setting-language = Sprache
    .also = sprachen english englisch deutsch rechtschreibung wörterbuch übersetzung
    .hint = Dieses Fensters. Was Menschen schreiben, bleibt, wie es ist.
# Jede Sprache heißt hier wie bei denen, die sie sprechen.
language-system = System
language-en = English
language-de = Deutsch
setting-reads = Sprachen, die ich lese
    .also = übersetzen übersetzung fremd kunden
    .hint = Gespräche in anderen Sprachen werden zum Übersetzen angeboten: in die Sprache dieses Fensters, wenn Sie sie lesen.
    .add = Sprache hinzufügen
    .remove = { $language } entfernen
languages-spelling = Rechtschreibung
    .what = Englisch und die Sprachen Ihres Systems. Unter Linux wird eine Sprache geprüft, wenn ihr Wörterbuch installiert ist.
languages-replies = Textbausteine
    .what = In der Sprache des Kunden, wo es den Text darin gibt.

## Start

setting-at-login = Beim Anmelden starten
    .also = start autostart hochfahren system infobereich
    .hint = Im Infobereich, damit Hilferufe Sie erreichen.
setting-start-section = Öffnet mit
    .also = start erster bereich startseite liste

## Live board

setting-board-wanted = Wartet auf einen Menschen länger als (Sekunden)
    .also = übersicht grenze schwelle warten mensch alarm
    .hint = Das längste Warten derer, die einen Menschen brauchen.
setting-board-unanswered = Unbeantwortet länger als (Sekunden)
    .also = übersicht grenze schwelle antwort alarm
    .hint = Das längste Warten derer, denen niemand geantwortet hat.
setting-board-calls = Offene Hilferufe mehr als
    .also = übersicht grenze schwelle hilferufe warteschlange alarm
    .hint = Hilferufe, die niemand angenommen hat.
setting-board-fallbacks = { -logic } kam nicht weiter, mehr als
    .also = übersicht grenze schwelle fehler alarm
    .hint = Gespräche in den letzten 10 Minuten.
setting-board-places = Freie Plätze weniger als
    .also = übersicht grenze schwelle platz kapazität alarm
    .hint = Wie viele Gespräche die Verfügbaren annehmen können.

## About

setting-about = Über Tandem
    .also = version server adresse speicher zahlen diagnose
    .copy = Für die Administration kopieren
    .line = { $name }: { $value }
about-hub = Server
    .none = keiner
    .exposed = Nicht verschlüsselt: Andere im Netz könnten mitlesen.
about-user = Angemeldet als
    .none = niemand
    .who = { $name } ({ $email })
about-notifications = Benachrichtigungen
    .failing = funktionieren nicht:
    .unknown = noch keine gezeigt
about-help = Letzter Hilferuf
    .none = noch keiner
    .after = gemeldet nach { $ms } ms
about-kept = Auf diesem Gerät gespeichert
    .encrypted = Verschlüsselt.
about-unsent = Noch nicht gesendet
setting-keys = Tastenkürzel
    .also = hilfe tasten übersicht
