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
