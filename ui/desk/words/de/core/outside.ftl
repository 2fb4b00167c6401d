# Was außerhalb des Fensters steht: Benachrichtigungen, das Symbol und sein Menü.


## Notifications

notice-help = { $name } braucht Hilfe
notice-transfer = { $by } übergibt Ihnen { $name }
notice-invited = { $by } lädt Sie zu { $name } ein
    .logic = { -logic } lädt Sie zu { $name } ein
    .colleague = Jemand aus dem Team
notice-failed = Nicht zugestellt: { $name }
    .body = Öffnen Sie das Gespräch, um zu sehen, warum, und es noch einmal zu versuchen.
notice-waiting = { $name } wartet noch
    .joined = { $name }: beigetreten, ohne Antwort { $time }
notice-reminder = Wiedervorlage: { $name }
    .over = Ihre Wiedervorlage ist fällig.
    .help = Hilfe wird benötigt: { $reason }
notice-mentioned = { $by } erwähnt Sie: { $name }
notice-group-help =
    { $count ->
        [one] 1 Gespräch braucht Hilfe
       *[other] { $count } Gespräche brauchen Hilfe
    }
notice-group-you =
    { $count ->
        [one] 1 Gespräch braucht Sie
       *[other] { $count } Gespräche brauchen Sie
    }
    .body = Öffnen Sie das, das am längsten wartet.
notice-queue =
    { $count ->
        [one] 1 Gespräch wartet auf Hilfe
       *[other] { $count } Gespräche warten auf Hilfe
    }
    .body = Noch hat sie niemand angenommen.
notice-test = Benachrichtigungen funktionieren
    .body = So ruft Tandem Sie, wenn jemand Hilfe braucht.
notice-works = Benachrichtigungen funktionieren.
notice-answer = Dem Kunden antworten
    .send = Senden
notice-act-join = Beitreten
notice-act-open = Öffnen
notice-act-snooze = Später
notice-act-reply = Antworten

## The icon and its menu

tray-section = { $title } ({ $count })
    .my = { -section-my }
    .help = { -section-help }
    .left = { -section-left }
    .all = { -section-all }
tray-open = Tandem öffnen
tray-quit = Beenden
tray-locked = Tandem ist gesperrt
tray-signed-out = Sie sind abgemeldet
tray-available = Verfügbar
tray-busy = Beschäftigt
tray-away = Abwesend
standing-locked = gesperrt
standing-signed-out = abgemeldet
standing-nobody-waits = niemand wartet
standing-help =
    { $count ->
        [one] 1 braucht Hilfe
       *[other] { $count } brauchen Hilfe
    }
standing-unread = { $count } ungelesen
standing-both = { $help }, { $unread }
standing-offline = { $standing } (offline)

## The system's dialog for a file

save-as = Speichern unter
    .do = Speichern

## What the system did not do

system-browser = Der Browser lässt sich nicht öffnen: { $reason }.
    .web = Nur Webadressen werden geöffnet.
system-file = Das System hat die Datei nicht geöffnet: { $reason }. Sie können sie stattdessen speichern.
system-dialog = Das Dialogfenster lässt sich nicht zeigen: { $reason }.
system-downloads = Dieses System nennt keinen Ordner für Downloads.
system-clipboard = Die Zwischenablage lässt sich nicht lesen: { $reason }.
    .picture = Das Bild lässt sich nicht einfügen: { $reason }.
    .silent = Das Programm, aus dem Sie kopiert haben, antwortet nicht. Kopieren Sie noch einmal.
system-notices = Der Benachrichtigungsdienst hat abgelehnt: { $reason }.
    .asked = Der Benachrichtigungsdienst lässt sich nicht fragen: { $reason }.
    .missing = Dieses System hat keinen Benachrichtigungsdienst.
    .silent = Der Benachrichtigungsdienst antwortet nicht.
system-login = Das System hat abgelehnt: { $reason }.
    .no-folder = Dieses System nennt keinen Ordner für das, was bei der Anmeldung startet.
    .no-name = Dieses Programm lässt sich nicht benennen: { $reason }.
    .named = Ein Tandem mit TANDEM_DESK_DATA startet nicht bei der Anmeldung.
    .read = { $file } lässt sich nicht lesen: { $reason }.
    .remove = { $file } lässt sich nicht löschen: { $reason }.
    .write = { $file } lässt sich nicht schreiben: { $reason }.
