# Die Leiste und die Listen.


## Sections

section-my = { -section-my }
    .empty = Keine Gespräche
    .why = Hier stehen Gespräche, denen Sie beitreten oder zu denen Sie eingeladen sind. Neue finden Sie unter „{ -section-help }“.
    .offline = Sie sind offline: Was Sie schreiben, wird später gesendet.
section-help = { -section-help }
    .empty = Alles erledigt
    .why = Braucht ein Gespräch einen Menschen, steht es hier, und Sie werden benachrichtigt. Prüfen Sie, ob Benachrichtigungen Sie erreichen.
    .offline = Sie sind offline: Neue Hilferufe kommen nicht an.
section-left = { -section-left }
    .empty = Noch nichts hier
    .why = Gespräche, die Sie in den letzten Tagen verlassen oder abgeschlossen haben, bleiben hier, auch offline. Ältere finden Sie über die Suche.
    .offline = Sie sind offline: Diese Gespräche liegen auf diesem Gerät.
section-all = { -section-all }
    .empty = Keine laufenden Gespräche
    .why = Hier steht alles, was gerade läuft, auch was { -logic } allein erledigt. Vergangene Gespräche finden Sie über die Suche.
    .offline = Sie sind offline: Andere haben vielleicht schon weitergemacht.

## Rail

rail-sections = Bereiche
rail-inbox = Für Sie
rail-not-sent = Nicht gesendet
rail-search = Alles durchsuchen
    .title = Alles durchsuchen (/)
rail-commands = Befehle
    .title = Befehle (Strg K)
rail-settings = Einstellungen
    .title = Einstellungen ({ $key })
rail-shortcuts = Tastenkürzel
    .title = Tastenkürzel (?)
rail-unread = { $count } ungelesen
me-menu = Sie
    .title = Verfügbarkeit ({ $key }), Einstellungen, Abmelden
me-away = Abwesend mit Grund …
me-library = Textbausteine und Fragen
me-password = Passwort ändern
me-sign-out = Abmelden

## The list

list-open =
    { $open } offen · { $room ->
        [0] voll
       *[other] Platz für { $room }
    }
list-snoozed = { $count } zurückgestellt
list-filter = Gespräche filtern
    .placeholder = Name oder Text
list-as-of = Stand { $time }.
list-loading = { $section } wird geladen
list-unreadable = Diese Liste lässt sich nicht laden
list-left-out =
    { $count ->
        [one] Ein Gespräch ist
       *[other] { $count } Gespräche sind
    } ausgeblendet
    .why = Diese Liste steht auf „{ $only }“.
list-shown = { $shown } von { $all }
list-no-match = Nichts gefunden
    .why = Hier enthält kein Name und keine letzte Nachricht „{ $query }“.
    .clear = Filter löschen
list-nothing-kept = Nichts auf diesem Gerät
    .why = Die Gespräche werden geholt, sobald der Server wieder antwortet.
list-test-notification = Testbenachrichtigung senden
list-waiting = Hilfe benötigt
    .count =
        { $count ->
            [one] 1 wartet
           *[other] { $count } warten
        }
    .longest = am längsten { $time }
    .next = Nächstes

## Rows

row-unread = Ungelesen
row-loading = Wird geladen
row-no-messages = Noch keine Nachrichten
row-by = { $name }:
row-as-of = Stand { $time }
row-waiting = wartet { $time }
row-due = fällig in { $time }
row-overdue = überfällig { $time }
row-due-title = wartet { $time }, fällig um { $at }
row-joined = beigetreten,
row-no-reply = ohne Antwort { $time }
row-draft = Entwurf
list-arrange = Liste anordnen
    .title = Liste anordnen ({ $key })
order-need = Dringendste zuerst
order-due = Fällige zuerst
order-newest = Neueste zuerst
order-oldest = Älteste zuerst
order-name = Nach Name
group-none = Keine Gruppen
group-state = Nach Stand
group-channel = Nach Kanal
group-language = Nach Sprache
group-brand = Nach Marke
group-agent = Nach Person
group-reason = Nach Hilfegrund
group-help = Hilfe gerufen
group-waiting = Wartet
group-others = Übrige
group-no-language = Unbekannte Sprache
group-no-brand = Ohne Marke
group-nobody = Niemand aus dem Team
group-no-reason = Keine Hilfe gerufen
only-all = Alles
only-unread = Nur ungelesene
only-waiting = Nur wartende
row-mentioned = @ erwähnt
row-invited = Eingeladen
row-completed = Abgeschlossen

## Snooze

snoozed-until = Zurückgestellt bis { $time }
    .by = { $name }: zurückgestellt bis { $time }
snoozed-until-customer = Zurückgestellt, bis der Kunde schreibt
    .by = { $name }: zurückgestellt, bis der Kunde schreibt
snooze-over = Wiedervorlage
