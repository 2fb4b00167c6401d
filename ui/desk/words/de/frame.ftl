# Das Fenster: Titel, Status, Meldungen und was alles aufhält.


## Window

window-help =
    { $count ->
        [one] 1 braucht Hilfe
       *[other] { $count } brauchen Hilfe
    } · Tandem
window-unread = { $count } ungelesen · Tandem
window-conversation = Gespräch
divider-how = Ziehen ändert die Breite; ein Doppelklick setzt sie zurück
divider-list = Breite der Liste
divider-context = Breite der Details
window-opening = Tandem wird geöffnet …
    .long = Das dauert länger als sonst. Tandem wartet auf den Schlüsselbund Ihres Systems oder öffnet die Gespräche auf diesem Gerät. Vielleicht fragt das System in einem anderen Fenster nach Ihrem Passwort.
    .stuck = Sie können Tandem beenden und neu öffnen; was Sie geschrieben haben, bleibt auf diesem Gerät. Wartet es weiter, starten Sie es in einem Terminal: Dort erscheint sein Protokoll.
window-silent = Tandem antwortet nicht
window-outside = Öffnen Sie diese Seite in der Tandem-App.

## Connection

status = Status
connection-live = Verbunden
connection-silent = Keine Antwort seit { $time }
connection-offline = Offline seit { $time }
connection-update = Tandem aktualisieren
connection-update-server = Der Server muss aktualisiert werden
connection-connecting = Verbindung wird aufgebaut …
status-unsent = { $count } nicht gesendet
    .title = Postausgang
status-newer =
    Aktualisieren Sie Tandem, um { $count ->
        [one] 1 Gespräch
       *[other] { $count } Gespräche
    } vollständig zu sehen
status-notifications = Benachrichtigungen funktionieren nicht: { $reason }
    .test = Testen

## Bars across the window

outdated-desk = Diese Version ist zu alt für den Server. Fragen Sie Ihre IT.
outdated-server = Er ist zu alt für diese Version von Tandem. Sagen Sie es dem Betreiber.
outdated-until = Bis dahin wird nichts gesendet oder empfangen. Was Sie geschrieben haben, bleibt auf diesem Gerät. Sie sehen alles bis { $time }.
hub-ended = Der Server auf diesem Gerät läuft nicht mehr
    .what = Beenden Sie Tandem und starten Sie es neu. Was Sie geschrieben haben, bleibt auf diesem Gerät.

## Messages in the corner

toasts = Meldungen
toast-dismiss = Ausblenden
toast-not-copied = Das Kopieren ging nicht. Drücken Sie Strg+C.
toast-address-copied = Adresse kopiert.
toast-address-not-copied = Die Adresse ließ sich nicht kopieren.
toast-transcript-copied = Verlauf kopiert, ohne Notizen.
toast-transcript-not-copied = Der Verlauf wurde nicht kopiert.
toast-link-copied = Link kopiert.
toast-link-not-copied = Der Link ließ sich nicht kopieren.
toast-value-copied = { $label } kopiert.
toast-value-not-copied = { $label }: Das Kopieren ging nicht.
toast-sent-already = Das ist schon gesendet.
toast-snoozed = { $name }: zurückgestellt bis { $time }.
toast-snoozed-until-customer = { $name }: zurückgestellt bis zur nächsten Nachricht.
toast-file-saved = Gespeichert unter { $path }

## Calls for help

call-none = Gerade braucht niemand Hilfe.
call-still-busy = Sie sind bei { $name }. Ihr Status ist weiterhin „{ $availability }“.
call-next-is = { $lost } Hier ist der nächste: { $name }.
call-lost-none = { $lost } Sonst braucht niemand Hilfe.
call-show-next = Nächsten Hilferuf zeigen
call-dismissed = { $name }: Der Hilferuf ist beendet.
call-completed = { $name }: abgeschlossen.

## Read aloud

aloud-turn = { $name }: { $text }
aloud-gone-to = { $why }, { $name }: { $text }
aloud-file-sent = { $file } ist gesendet
aloud-held =
    { $count ->
        [one] Wird in 1 Sekunde gesendet
       *[other] Wird in { $count } Sekunden gesendet
    }. Strg Z holt es zurück.
aloud-help =
    { $count ->
        [one] 1 Gespräch braucht Hilfe
       *[other] { $count } Gespräche brauchen Hilfe
    }

## Why a key does nothing

key-only-supervisors = Nur die Leitung sieht, wer benachrichtigt wurde.
key-no-button = Hier gibt es keinen Knopf.
key-nothing-selected = Kein Gespräch ist ausgewählt. ↓ wählt eines aus.
key-joined-already = Sie sind schon in diesem Gespräch.
come-cut-off = Was Sie an { $name } schrieben, bleibt dort. Mit Tab schreiben Sie hier.
come-early = Ein anderes Gespräch ist gerade aufgegangen, darum ging Ihre Eingabe nirgendwohin. Mit Tab schreiben Sie hier.
key-nobody-else = Sie sind allein in diesem Gespräch.
key-not-invited = Sie sind zu diesem Gespräch nicht eingeladen.
key-completed = { $what }: Das Gespräch ist abgeschlossen.
key-join-first = { $what }: Treten Sie zuerst dem Gespräch bei.
key-not-on-channel = { $channel } kennt weder Zitate noch Reaktionen.
key-everyone-called = Alle, die gerufen werden können, sind schon gerufen.
key-no-call = Hier ist kein Hilferuf offen.
key-impossible = { $what }: Das geht hier gerade nicht.

## A conversation in its own window

apart-title-unread = ({ $count }) { $name }
apart-elsewhere = Dieses Gespräch ist in einem eigenen Fenster offen.
apart-show = Zeigen
apart-bring-back = Hierher holen
apart-on-top = Im Vordergrund halten
apart-only-own = Nur das eigene Fenster eines Gesprächs bleibt im Vordergrund.
apart-in-main = Die Liste ist im Hauptfenster.
apart-typed-on = Sie haben noch für ein anderes Fenster geschrieben: Hier ist nichts davon.
apart-show-main = Hauptfenster zeigen
apart-over = Dieses Gespräch ist abgeschlossen.
    .hidden = Sie können dieses Gespräch nicht mehr lesen.
apart-close = Dieses Fenster schließen
