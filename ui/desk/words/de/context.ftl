# Was über das offene Gespräch bekannt ist, daneben.

context = Details
    .close = Details schließen
context-handover = Übergabe von { -logic(case: "dative") }
context-people = In diesem Gespräch
context-buttons = Knöpfe
context-customer = Kunde
context-language = Sprache
context-data = Daten
context-tags = Schlagwörter
context-edit-customer = Kundendaten ändern
context-edit-tags = Schlagwörter ändern
context-add-tags = Schlagwörter vergeben
field-copy = Kopieren
    .aloud = { $label } kopieren: { $value }

## Handover

handover-go-to = Zur Stelle, an der das gesagt wurde: { $point }
handover-go-to-nth = Zur Stelle, an der das gesagt wurde: { $point } ({ $nth })
handover-grade = War diese Übergabe hilfreich?
    .title = { $grade } (Alt { $key })
    .by = { $name }: { $grade }
handover-wish = Wunsch
handover-checked = Geprüft
handover-tried = Versucht
handover-open = Offen
handover-risk = Risiko
grade-helpful = Hilfreich
    .said = hilfreich
grade-incomplete = Lückenhaft
    .said = lückenhaft
grade-wrong = Falsch
    .said = falsch

## People

people-none = Niemand kümmert sich darum.
people-external = extern
people-invited = eingeladen
people-answering = antwortet
people-listening = liest mit
people-left = noch { $time }
people-until = bis { $time }
people-revoke = Widerrufen
    .aloud = Link von { $name } widerrufen
people-revoke-now = Jetzt widerrufen
    .aloud = Jetzt widerrufen: Link von { $name }

## Why a person is needed

reason = Warum Hilfe benötigt wird
reason-help = Hilfe benötigt
reason-by =
    { $by ->
        [me] gerufen von Ihnen
        [logic] gerufen von { -logic(case: "dative") }
       *[other] gerufen von { $name }
    }
reason-fallback = Ausfall:

## Custom buttons

button-acts = Benachrichtigt { -logic }.
button-copies = Kopiert einen Text.
button-opens = Öffnet eine Seite im Browser.
button-unusable = { $title }: { $reason }
button-not-copied = { $title }: Der Text ließ sich nicht kopieren.
button-done = { $title }: { $what }.
button-pressed = ausgelöst
button-waits = wartet, bis der Server erreichbar ist
button-waits-for-update = bleibt bis zum Update auf diesem Gerät
button-copied = Text kopiert
button-opened = Seite im Browser geöffnet
