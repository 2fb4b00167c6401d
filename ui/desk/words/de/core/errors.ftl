# Ablehnungen nach ihrem Code, wo ein Satz für jeden Fall passt. Auf Englisch sagen es der Kern und der Server selbst.

error-conversation-unknown = Dieses Gespräch gibt es nicht, oder Sie haben keinen Zugriff.
error-conversation-not_engaged = Treten Sie zuerst dem Gespräch bei.
error-conversation-already_engaged = Sie sind schon in diesem Gespräch.
error-conversation-completed = Das Gespräch ist abgeschlossen.
error-conversation-in_progress = Das Gespräch läuft noch.
error-conversation-moved_on = Seit Sie das geschrieben haben, ist das Gespräch weitergegangen: Lesen Sie das Neue und entscheiden Sie dann.
error-conversation-customer_wrote = Der Kunde hat inzwischen geschrieben: Lesen Sie es und entscheiden Sie dann.
error-conversation-went_back = Das Gespräch endet vor der Stelle, auf die sich das bezieht, etwa nach einer zurückgespielten Sicherung: Lesen Sie es und entscheiden Sie dann.
error-conversation-customer_alone = Der Kunde wartet, und sonst ist niemand da: Treten Sie bei, schließen Sie ab, oder übergeben Sie an { -logic }.
error-conversation-someone_needed = Der Kunde wartet, oder Hilfe wird benötigt: Kümmern Sie sich zuerst darum, dann stellen Sie zurück.
error-conversation-undo_over = Das lässt sich nicht mehr rückgängig machen.
error-conversation-no_call = Hier ist kein Hilferuf offen.
error-conversation-call_over = Dieser Hilferuf ist beendet.
error-conversation-no_engagement = Diese Beteiligung oder Einladung gibt es nicht mehr.
error-conversation-no_turn = Diese Nachricht gibt es nicht mehr.
error-conversation-no_button = Diesen Knopf gibt es nicht mehr, oder nicht für Sie.
error-conversation-link_over = Der Link ist abgelaufen oder wurde widerrufen.
error-conversation-offline = Sie sind offline. Verbinden Sie sich zuerst.
error-conversation-window_closed = Der Kunde hat zu lange nicht geschrieben: Dieser Kanal nimmt gerade keine Nachricht an.
error-conversation-not_here = Diese Person ist nicht in dem Gespräch.
error-conversation-elsewhere = Jemand aus Ihrer Firma spricht schon mit diesem Kunden. Bitten Sie um eine Einladung.
error-whatsapp-unknown_number = Diese WhatsApp-Nummer gibt es hier nicht mehr. Wählen Sie eine andere.
error-whatsapp-number_stopped = Von dieser Nummer wird gerade nichts gesendet. Wählen Sie eine andere, oder sagen Sie es Ihrer Administration.
error-whatsapp-no_marketing = Der Kunde möchte keine Werbung. Wählen Sie eine Vorlage einer anderen Kategorie.
error-starts-too_many = Sie haben in kurzer Zeit viele Gespräche begonnen. Warten Sie eine Minute, und senden Sie dann noch einmal.
error-starts-number_busy = Von dieser Nummer werden gerade viele Gespräche begonnen. Wählen Sie eine andere, oder versuchen Sie es in einer Minute noch einmal.
error-library-no_question = Diese Frage gibt es so nicht mehr: Wählen Sie sie noch einmal aus.
error-library-gone = Diesen Textbaustein gibt es hier nicht mehr.
error-logic-unavailable = { -logic } ist mit diesem Server nicht verbunden.
error-logic-busy = { -logic } wird schon gefragt, oder es gibt nichts zu fragen.
error-permission-missing = Dafür fehlt Ihnen die Berechtigung.
error-permission-participant = Das ist hier nicht möglich.
error-auth-wrong = Das aktuelle Passwort ist falsch.
error-session-wrong = E-Mail oder Passwort ist falsch.
error-session-not_tandem = Unter dieser Adresse ist kein Tandem-Server.
error-session-unreachable = Der Server antwortet nicht. Prüfen Sie die Adresse und Ihre Verbindung.
error-session-suspended = Dieses Konto ist gesperrt. Fragen Sie Ihre Administration.
error-session-plain = Die Verbindung ist nicht verschlüsselt: Andere könnten Ihr Passwort und die Nachrichten Ihrer Kunden lesen.
error-session-proxy = Der Proxy verlangt Benutzername und Passwort. Fragen Sie Ihre Administration.
error-session-address = Diese Adresse lässt sich nicht verwenden. Prüfen Sie die Schreibweise.
error-session-busy = Der Server nimmt gerade niemanden an. Versuchen Sie es in ein paar Minuten noch einmal.
error-session-certificate = Dem Zertifikat des Servers ist nicht zu trauen. Fragen Sie Ihre Administration.
error-session-down = Unter dieser Adresse antwortet etwas, aber der Server dahinter läuft nicht. Versuchen Sie es in ein paar Minuten noch einmal, oder sagen Sie es Ihrer Administration.
error-session-network = Dieses Netz verlangt zuerst eine Anmeldung. Öffnen Sie eine Seite im Browser, und versuchen Sie es dann noch einmal.
error-session-outdated = Tandem und der Server passen nicht zusammen: Eines von beiden muss aktualisiert werden. Fragen Sie Ihre Administration.
error-desk-offline = Sie sind offline. Verbinden Sie sich zuerst.
error-desk-locked = Die Daten auf diesem Gerät sind gesperrt: Entsperren Sie sie zuerst.
error-desk-signed_out = Melden Sie sich zuerst an.
error-desk-wrong_passphrase = Das ist nicht die Passphrase.
error-desk-passphrase_too_short = Die Passphrase ist zu kurz.
error-desk-failed = In Tandem ist ein Fehler aufgetreten. Versuchen Sie es noch einmal.
error-desk-ended = Tandem wird gerade beendet.
error-desk-nobody_there = Dieser Bildschirm ist unbeaufsichtigt.
error-files-gone = Diese Datei wurde entfernt.
error-files-unreadable = Diese Datei lässt sich nicht lesen.
error-outbox-gone = Das ist schon gesendet.
error-outbox-on_its_way = Das ist schon unterwegs.
error-not_sent-gone = Das gibt es nicht mehr.
error-media-unavailable = Diese Datei ist gerade nicht verfügbar.

## Said with names and numbers

refused-call-taken = { $name } hat den Hilferuf von { $customer } angenommen.
refused-call-over = { $customer } braucht keine Hilfe mehr.
refused-gap = Füllen Sie zuerst { $gap } aus, oder löschen Sie es.
refused-file-empty = Die Datei { $file } ist leer.
refused-file-large = Die Datei { $file } ist zu groß: { $size }, höchstens { $most }.
refused-file-unfinished = Die Datei { $file } wird noch gelesen.
refused-past = Diese Zeit ist vorbei. Wählen Sie eine spätere.

## Why there is no connection

lost-silent = Der Server antwortet nicht.
lost-connection = Die Verbindung ist abgerissen.
lost-quiet = Der Server ist verstummt.
lost-name = Der Name des Servers ist nicht zu finden. Prüfen Sie die Adresse und das Netz.
lost-refused = Der Server ist nicht erreichbar: Die Verbindung wurde abgelehnt.
lost-sign-in = Ihre Anmeldung ist abgelaufen: Melden Sie sich neu an.
    .password = Ihr Passwort wurde geändert: Melden Sie sich mit dem neuen an.
    .role = Ihre Rolle wurde geändert: Melden Sie sich neu an.
    .suspended = Ihr Konto wurde gesperrt. Fragen Sie Ihre Administration.

## What came back

returned-reply = Ihre Antwort an { $name } wurde nicht gesendet: { $reason }
returned-note = Ihre Notiz zu { $name } wurde nicht gesendet: { $reason }
returned-act = { $what } bei { $name } hat nicht geklappt: { $reason }
    .alone = { $what } hat nicht geklappt. { $reason }
returned-kept = Was Sie geschrieben haben, steht unter „Nicht gesendet“.
returned-anyone = einem Kunden
returned-hidden = Sie sehen dieses Gespräch nicht mehr: Jemand aus dem Team hat es, oder es ist beendet.
returned-restored = Der Server wurde aus einer Sicherung zurückgespielt und hat das nicht mehr.
returned-locked-screen = Sie wurde auf einem gesperrten Bildschirm geschrieben.
returned-in-draft = Nicht gesendet: { $reason } Ihr Text steht im Entwurf.
    .lost = Nicht gesendet: { $reason } Ihr Text ließ sich auf diesem Gerät nicht aufbewahren.

## Why a notification was not shown

muted-do-not-disturb = nicht stören
muted-locked = Bildschirm gesperrt
muted-quiet-hours = Ruhezeit
muted-off = ausgeschaltet
muted-no-service = kein Benachrichtigungsdienst

# Warum der Schlüsselbund den Schlüssel zu den Daten auf diesem Gerät nicht hergibt.
keychain-why = Er ist gesperrt oder hat den Schlüssel nicht mehr. Entsperren Sie ihn und versuchen Sie es noch einmal.
    .other = Er enthält einen anderen Schlüssel als den, mit dem die Daten auf diesem Gerät verschlüsselt wurden. Stellen Sie den Schlüsselbund wieder her oder fangen Sie neu an.
    .absent = Auf diesem System antwortet kein Schlüsselbund. Starten Sie den Ihrer Arbeitsumgebung, etwa GNOME Keyring oder KWallet, und versuchen Sie es noch einmal.
    .refused = Er hat abgelehnt: Sein Passwortfenster wurde geschlossen oder konnte nicht erscheinen. Versuchen Sie es noch einmal und geben Sie das Passwort dort ein.

## Übersetzungen

translate-offline = Wird übersetzt, sobald Sie wieder online sind.
translate-failed = Es kam keine Übersetzung
translate-no-language = Die Sprache des Kunden ist noch nicht bekannt.
