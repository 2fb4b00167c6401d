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
error-conversation-call_taken = { $name } hat den Hilferuf von { $customer } angenommen.
    .less = { $name } hat diesen Hilferuf angenommen.
error-conversation-call_over = { $customer } braucht keine Hilfe mehr.
    .less = Dieser Hilferuf ist beendet.
error-conversation-hidden = Sie sehen dieses Gespräch nicht mehr: Jemand aus dem Team hat es, oder es ist beendet.
error-conversation-no_engagement = Diese Beteiligung oder Einladung gibt es nicht mehr.
error-conversation-no_turn = Diese Nachricht gibt es nicht mehr.
error-conversation-no_button = Diesen Knopf gibt es nicht mehr, oder nicht für Sie.
error-conversation-link_over = Der Link ist abgelaufen oder wurde widerrufen.
error-conversation-offline = Sie sind offline. Verbinden Sie sich zuerst.
error-conversation-window_closed = { $channel } nimmt Antworten nur bis { $hours } Stunden nach der letzten Nachricht des Kunden an: Senden Sie eine Vorlage.
    .less = Der Kunde hat zu lange nicht geschrieben: Dieser Kanal nimmt gerade keine Nachricht an.
error-conversation-not_here = { $name } ist nicht in diesem Gespräch: Laden Sie erst ein, dann erwähnen Sie.
    .less = Diese Person ist nicht in dem Gespräch.
error-conversation-elsewhere = Jemand aus Ihrer Firma spricht schon mit diesem Kunden. Bitten Sie um eine Einladung.
error-conversation-shows_one = Kunden dieses Kanals sehen nur ein Gespräch und verlören aus den Augen, was gesagt wurde. Antworten Sie hier.
error-conversation-not_newest = In diesem Chat gibt es ein neueres Gespräch. Machen Sie dort weiter.
error-conversation-nothing_said = In diesem Gespräch wurde noch nichts gesagt. Schreiben Sie hier.
error-conversation-is_first = Vor diesem gibt es in seinem Chat kein abgeschlossenes Gespräch.
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
error-desk-wrong_passphrase = Falsche Passphrase.
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
error-desk-cache = Die Daten auf diesem Gerät ließen sich nicht lesen oder schreiben.
error-button-unusable = Dieser Knopf lässt sich hier nicht nutzen.
error-session-failed = Die Anmeldung ist gescheitert. Versuchen Sie es noch einmal, oder fragen Sie Ihre Administration.
error-password-failed = Das Passwort wurde nicht geändert. Versuchen Sie es noch einmal.
error-hub-busy = Der Server ist gerade stark beschäftigt. Versuchen Sie es gleich noch einmal.
error-hub-damaged = Der Server ist auf beschädigte Daten gestoßen. Sagen Sie es Ihrer Administration.
error-hub-database_damaged = Die Daten des Servers sind beschädigt. Sagen Sie es Ihrer Administration.
error-hub-database_locked = Der Server kann gerade nichts speichern. Versuchen Sie es noch einmal, oder sagen Sie es Ihrer Administration.
error-hub-disk_full = Der Speicher des Servers ist voll. Sagen Sie es Ihrer Administration.
error-hub-write_failed = Der Server kann gerade nichts speichern. Versuchen Sie es noch einmal, oder sagen Sie es Ihrer Administration.
error-hub-write_timeout = Der Server kann gerade nichts speichern. Versuchen Sie es noch einmal, oder sagen Sie es Ihrer Administration.
error-hub-writer_ended = Ein Teil des Servers läuft nicht mehr. Sagen Sie es Ihrer Administration.
error-hub-part_ended = Ein Teil des Servers läuft nicht mehr. Sagen Sie es Ihrer Administration.
error-hub-silent = Der Server antwortet gerade nicht. Was Sie wollten, wird vielleicht noch ausgeführt: Sehen Sie nach, bevor Sie es wiederholen.
error-hub-stopping = Der Server wird gerade beendet. Versuchen Sie es gleich noch einmal.
error-auth-too_many = Zu viele falsche Passwörter. Versuchen Sie es in ein paar Minuten noch einmal.
error-password-too_short = Das Passwort ist zu kurz.
error-input-id_used = Das wurde schon mit anderen Worten gesendet. Schreiben Sie es noch einmal.
error-input-too_large = Das ist zu groß für den Server.
error-input-incomplete = Beim Server kam nicht alles an. Versuchen Sie es noch einmal.
error-limit-too_many = Das war zu viel auf einmal. Versuchen Sie es gleich noch einmal.
error-media-kind = Dateien dieser Art werden nicht angenommen.
error-media-too_large = Diese Datei ist zu groß.
error-media-quota = Sie haben so viele Dateien gesendet, wie an einem Tag erlaubt sind. Versuchen Sie es später noch einmal.
error-media-disk = Der Server hat gerade keinen Platz für Dateien. Sagen Sie es Ihrer Administration.
error-media-unknown = Diese Datei gibt es nicht, oder Sie haben keinen Zugriff.
error-media-damaged = Diese Datei ist auf dem Server beschädigt.
error-customer-unknown = Diesen Kunden gibt es nicht, oder Sie haben keinen Zugriff.
error-library-changed = Jemand anderes hat das inzwischen geändert: Lesen Sie es und entscheiden Sie dann.
error-library-unknown = Das gibt es in der Bibliothek nicht mehr.
error-library-shortcut = Dieses Kürzel hat schon ein anderer Textbaustein.
error-library-full = Die Bibliothek ist voll: Entfernen Sie zuerst etwas.
error-button-unknown = Diesen Knopf gibt es nicht mehr.
error-board-forbidden = Nur Supervisoren sehen die Live-Übersicht.
error-improve-failed = Der Text ließ sich nicht verbessern. Versuchen Sie es noch einmal.
error-translate-failed = Der Text ließ sich nicht übersetzen. Versuchen Sie es noch einmal.
error-startup-failed = Das System hat die Änderung abgelehnt. Fragen Sie Ihre Administration.
error-desk-random = Dieses Gerät liefert keine Zufallszahlen. Starten Sie es neu.

## Said with names and numbers

refused-windows = Schon { $count } Gespräche haben ein eigenes Fenster. Schließen Sie erst eines davon.
refused-gap = Füllen Sie zuerst { $gap } aus, oder löschen Sie es.
refused-file-empty = Die Datei { $file } ist leer.
refused-file-large = Die Datei { $file } ist zu groß: { $size }, höchstens { $most }.
refused-file-unfinished = Die Datei { $file } wird noch gelesen.
refused-past = Diese Zeit ist vorbei. Wählen Sie eine spätere.
refused-not-left = Sie sind noch angemeldet. Nicht verlassen: { $names }.
    .no-answer = { $name } (keine Antwort)
    .why = { $name } ({ $reason })
refused-link = Der Link lässt sich nicht erstellen: { $reason }.
refused-address = Dieser Link lässt sich nicht öffnen: „{ $link }“. Links zu Gesprächen sehen so aus: tandem://conversation/… und die Kennung. Lassen Sie sich den Link noch einmal geben.
refused-files-many = Höchstens { $count } Dateien auf einmal: Senden Sie zuerst diese.
refused-files-full = Für { $file } ist kein Platz: Auf diesem Gerät warten { $count } Dateien ({ $size }), höchstens { $most } ({ $room }) sind möglich. Senden oder verwerfen Sie zuerst einige.
refused-file-written = Die Datei { $file } ließ sich nicht für ihr Programm ablegen: { $reason }.
refused-file-saved = Die Datei { $file } wurde nicht gespeichert: { $reason }.
refused-file-not-added = { $file } ist nicht dabei: { $reason }
refused-note-files = Dateien gehören zu einer Antwort, nicht zu einer Notiz.
refused-opening = Dateien der Art .{ $kind } können beim Öffnen etwas ausführen oder nachladen. Sie können sie speichern, aber Tandem öffnet sie nicht.
    .program = Diese Datei ist ein Programm, wie immer sie auch heißt. Sie können sie speichern, aber Tandem öffnet sie nicht.
    .untyped = Von der Art dieser Datei ist nicht bekannt, dass sie ungefährlich ist. Sie können sie speichern, aber Tandem öffnet sie nicht.
refused-operator =
    { $name ->
        [from] from: braucht einen Namen oder me, customer oder logic.
        [in] in: braucht my, help, left, all, webchat oder whatsapp.
        [is] is: braucht open, completed, waiting oder help.
        [tag] tag: braucht ein Schlagwort, etwa tag:erstattung.
        [agent] agent: braucht einen Namen oder me.
        [brand] brand: braucht Schlüssel oder Namen einer Marke.
        [language] language: braucht ein Kürzel wie de oder pt-BR.
        [has] has: braucht attachment oder note.
        [before] before: braucht ein Datum wie 2026-11-03.
        [after] after: braucht ein Datum wie 2026-11-03.
       *[other] Unbekannter Filter „{ $name }:“. Möglich sind from:, in:, is:, tag:, agent:, brand:, language:, before:, after: oder has:.
    }
refused-search-section = in:{ $section } steht Ihnen nicht offen.
refused-search-brand = brand: braucht den Server, der nicht antwortet.

## What the hub did not do

failed-templates = Die Vorlagen ließen sich nicht abrufen. { $reason }
    .offline = Vorlagen sind nur bekannt, solange Sie verbunden sind.
failed-report = Der Bericht ließ sich nicht abrufen. { $reason }
    .offline = Berichte gibt es nur, solange Sie verbunden sind.
failed-file = Die Datei ließ sich nicht abrufen. { $reason }
    .offline = Eine Datei lässt sich nur abrufen, solange Sie verbunden sind.
failed-begin = Das Gespräch ließ sich nicht beginnen. { $reason }
    .offline = Ein Gespräch lässt sich nur beginnen, solange Sie verbunden sind.
failed-continue = Das Gespräch ließ sich nicht fortsetzen. { $reason }
    .offline = Ein Gespräch lässt sich nur fortsetzen, solange Sie verbunden sind.
failed-belong = Was zusammengehört, ließ sich nicht speichern. { $reason }
    .offline = Was zusammengehört, lässt sich nur speichern, solange Sie verbunden sind.
failed-library = Die Bibliothek ließ sich nicht ändern. { $reason }
    .offline = Die Bibliothek wird auf dem Server geändert: Verbinden Sie sich zuerst.
failed-colleague = Die Verfügbarkeit ließ sich nicht setzen. { $reason }
    .offline = Die Verfügbarkeit anderer wird auf dem Server gesetzt: Verbinden Sie sich zuerst.
set-by = { $name } hat Sie auf verfügbar gesetzt.
    .busy = { $name } hat Sie auf beschäftigt gesetzt.
    .away = { $name } hat Sie auf abwesend gesetzt.
failed-today = Die Zahlen von heute ließen sich nicht lesen. { $reason }
    .offline = Die Zahlen von heute kommen vom Server: Verbinden Sie sich zuerst.
failed-numbers = Die Nummern ließen sich nicht abrufen oder ändern. { $reason }
    .offline = Nummern liegen auf dem Server: Verbinden Sie sich zuerst.
    .older = Ihr Server ist dafür zu alt. Aktualisieren Sie ihn, oder benutzen Sie seine Befehlszeile.
    .id = Verwenden Sie für den Namen Kleinbuchstaben, Ziffern und Bindestriche.
failed-reviews = Die Bewertungen ließen sich nicht abrufen oder ändern. { $reason }
    .offline = Bewertungen liegen auf dem Server: Verbinden Sie sich zuerst.
    .older = Ihr Server ist dafür zu alt. Aktualisieren Sie ihn zuerst.
    .unknown = Der Server kennt diese Marke oder Bewertung nicht.
failed-preview = { -logic } ließ sich nicht fragen. { $reason }
    .offline = Was { -logic } sagen würde, ist nur bekannt, solange Sie verbunden sind.
failed-alerts = Der Server sagt nicht, wer benachrichtigt wurde. { $reason }
    .offline = Nur der Server weiß, wer benachrichtigt wurde: Verbinden Sie sich zuerst.
failed-as-seen = Der Server sagt nicht, was die anderen gesehen haben. { $reason }
    .offline = Nur der Server weiß, was die anderen gesehen haben: Verbinden Sie sich zuerst.
    .older = Dieser Server ist älter und sagt nicht, was die anderen gesehen haben.
    .too-long = Diese Unterhaltung ist zu lang, um sie mit anderen Augen zu sehen.
    .gone = Was die anderen gesehen haben, ist nicht mehr hier. Öffnen Sie es noch einmal.
failed-wording = Ihre Fassung bleibt, eine bessere kam nicht. { $reason }
    .offline = Eine bessere Fassung gibt es nur, solange Sie verbunden sind. Ihre bleibt.
failed-translation = Es kam keine Übersetzung. { $reason }
    .offline = Wird übersetzt, sobald Sie wieder online sind.

## Why there is no connection

lost-silent = Der Server antwortet nicht.
lost-connection = Die Verbindung ist abgerissen.
lost-quiet = Der Server antwortet nicht mehr.
lost-name = Der Name des Servers ist nicht zu finden. Prüfen Sie die Adresse und das Netz.
lost-refused = Der Server ist nicht erreichbar: Die Verbindung wurde abgelehnt.
lost-sign-in = Ihre Anmeldung ist abgelaufen: Melden Sie sich neu an.
    .password = Ihr Passwort wurde geändert: Melden Sie sich mit dem neuen an.
    .role = Ihre Rolle wurde geändert: Melden Sie sich neu an.
    .suspended = Ihr Konto wurde gesperrt. Fragen Sie Ihre Administration.
    .unread = Die aufbewahrte Anmeldung ist nicht lesbar: Melden Sie sich neu an.
    .other = Der Server hat für ein anderes Konto geantwortet: Melden Sie sich neu an.
lost-renewed = Der Server nimmt die Anmeldung nicht an, die er gerade erneuert hat.
lost-keychain = Der Schlüsselbund dieses Geräts antwortet nicht.
lost-frame = Eine Nachricht des Servers ging verloren.
lost-outdated = Dieses Tandem ist zu alt für den Server. Aktualisieren Sie Tandem.
    .hub = Der Server ist zu alt für dieses Tandem. Er muss aktualisiert werden.
lost-in-between = Zwischen diesem Gerät und dem Server hat etwas an seiner Stelle geantwortet ({ $status }).
    .live = Etwas zwischen diesem Gerät und dem Server lässt die ständige Verbindung nicht durch.
lost-garbled = Die Antwort des Servers war nicht verständlich.
lost-unanswered = Die Datei ist gesendet, aber der Server hat nicht geantwortet.
lost-reach = Der Server ist nicht erreichbar.
lost-route = Der Server ist nicht erreichbar: Aus diesem Netz führt kein Weg zu ihm.
lost-other = Die Verbindung zum Server ist gescheitert: { $reason }.
lost-proxy = Der Proxy in HTTPS_PROXY oder ALL_PROXY lässt sich nicht nutzen.
    .sign-in = Der Proxy verlangt Namen und Passwort. Ergänzen Sie beides in seiner Adresse in HTTPS_PROXY.
    .closed = Der Proxy lässt Tandem nicht zum Server durch.
lost-tls = Keine sichere Verbindung zum Server: { $reason }.
    .ended = Keine sichere Verbindung zum Server: Sie wurde sofort beendet.
lost-certificate = Das Zertifikat des Servers lässt sich nicht nutzen: { $reason }.
    .issuer = Dieses Gerät vertraut dem Zertifikat des Servers nicht. Sein Aussteller muss dem System bekannt sein.
    .name = Das Zertifikat des Servers gilt für einen anderen Namen. Prüfen Sie die Adresse.
    .expired = Das Zertifikat des Servers ist abgelaufen. Sein Betreiber muss es erneuern.
    .early = Das Zertifikat des Servers gilt noch nicht. Prüfen Sie die Uhr dieses Geräts.
    .revoked = Das Zertifikat des Servers wurde widerrufen.

## What came back

returned-reply = Ihre Antwort an { $name } wurde nicht gesendet: { $reason }
returned-note = Ihre Notiz zu { $name } wurde nicht gesendet: { $reason }
returned-act = { $what } bei { $name } hat nicht geklappt: { $reason }
    .alone = { $what } hat nicht geklappt. { $reason }
returned-kept = Was Sie geschrieben haben, steht unter „Nicht gesendet“.
returned-anyone = einem Kunden
returned-restored = Der Server wurde aus einer Sicherung zurückgespielt und hat das nicht mehr.
    .all = Der Server wurde aus einer Sicherung zurückgespielt. Was danach gesendet wurde, fehlt: Sehen Sie Ihre Gespräche durch.
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

translate-no-language = Die Sprache des Kunden ist noch nicht bekannt.
