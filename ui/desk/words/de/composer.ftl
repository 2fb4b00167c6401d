# Schreiben: das Feld, was darüber steht, und die Leiste ohne Feld.

composer-reply = Antwort
composer-note = Notiz
composer-mode = Was Sie schreiben
    .has-draft = Hat einen Entwurf
composer-message = Nachricht
    .placeholder = Antwort schreiben; / für Textbausteine
composer-note-field = Notiz
    .placeholder = Eine Notiz für das Team; @ erwähnt jemanden. Der Kunde sieht sie nie
composer-attach = Anhängen
    .title = Dateien senden; auch Einfügen und Ablegen geht
composer-quick-replies = Bausteine
    .title = Textbausteine und Fragen (/)
composer-improve = Verbessern
    .title = Formulierung verbessern (Strg I)
composer-translate = Übersetzen
    .title = In der Sprache des Kunden schreiben (Strg T)
composer-add-note = Notiz hinzufügen
composer-send = Senden
composer-waits = Wird gesendet, sobald Sie online sind
composer-waits-for-update = Bleibt auf diesem Gerät
composer-not-inserted = Nicht eingefügt.
composer-messages =
    { $count ->
        [one] Geht in 1 Nachricht hinaus
       *[other] Geht in { $count } Nachrichten hinaus
    }
composer-left = Noch { $count } Zeichen
composer-too-long =
    { $count ->
        [one] 1 Zeichen zu lang
       *[other] { $count } Zeichen zu lang
    }
composer-other-language = { $language }: Es gibt keinen Text auf { $wanted }.
composer-quote = Zitierte Nachricht
composer-mention = Wen erwähnen
    .outside = nicht in diesem Gespräch: erst einladen
    .invited = eingeladen
composer-emoji = Emoji
    .title = Emoji: „:“ und zwei Buchstaben eines Namens tippen
composer-library = Textbausteine und Fragen
    .none = Nichts gefunden. Die Eingabetaste schließt die Suche und sendet nichts.

## The question that goes out with Send

asked-question = Frage, die mitgeht
    .tag = Frage
    .as-it-is = Geht so hinaus
    .after = Geht nach Ihrer Nachricht hinaus, so wie sie ist
    .choices = Auswahl

## Items on offer

offer-mine = Eigener
offer-files =
    { $count ->
        [one] 1 Datei
       *[other] { $count } Dateien
    }
offer-gaps =
    { $count ->
        [one] 1 Lücke
       *[other] { $count } Lücken
    }

## Files of the next reply

draft-files = Dateien zum Senden
    .note = Dateien gehen mit einer Antwort, nicht mit einer Notiz. Sie bleiben hier.
draft-file-reading = { $file } wird gelesen
draft-file-ask = { $channel } zeigt das nicht als das, was es ist: Es kommt als Dokument zum Öffnen an.
    .agree = Als Dokument senden
    .first = Sagen Sie zuerst, ob die markierten Dateien als Dokumente gesendet werden dürfen.
draft-file-remove = { $file } entfernen

## Better wording

improved = Umformulierung
    .asking = Formulierung wird verbessert …
    .same = Klingt schon gut.
    .taken = Das ist die verbesserte Fassung. Sie ist noch nicht gesendet.
    .by-model = Schreibmodell
    .would-write = würde schreiben
    .use = Übernehmen
    .back = Zurück zu meiner
    .keep = Meine behalten

## Übersetzung der Antwort

translated = Übersetzung
    .asking = Wird übersetzt …
    .same = In der Sprache des Kunden lautet es gleich.
    .taken = Das ist die Übersetzung. Sie ist noch nicht gesendet.
    .would-write = würde auf { $language } schreiben
    .use = Übersetzung übernehmen

## Why a reply is held

moved-on = Oben steht eine neue Nachricht.
    .send = Trotzdem senden
completed-meanwhile = Das Gespräch ist abgeschlossen.
    .send = Wieder öffnen und senden
suggestion = Vorschlag
    .use = { $why }: übernehmen
    .why = Vorschlag von { -logic(case: "dative") }
    .replace = Ersetzen
unsent = Ihre Antwort wurde nicht gesendet.
    .why = Sie bleibt hier, bis Sie beitreten.
    .discard = Verwerfen

## The bar without a field

bar-what = Was Sie tun können
bar-invited = Sie sind eingeladen
    .by = { $name } lädt Sie ein
    .why = Treten Sie bei, um zu antworten, oder lehnen Sie ab, damit jemand anderes gefragt wird.
bar-transfer = { $name } übergibt Ihnen das Gespräch
    .why = Treten Sie bei, um zu übernehmen; { $name } geht dann. Lehnen Sie ab, bleibt { $name }.
bar-asked =
    { $by ->
        [me] Sie haben
       *[other] { $name } hat
    } um Hilfe gebeten
bar-completed =
    Abgeschlossen von { $by ->
        [me] Ihnen
        [logic] { -logic(case: "dative") }
       *[other] { $name }
    }, { $time }
    .no-outcome = Kein Ergebnis notiert.
bar-viewing = Sie lesen mit
    .who = { $who }{ $wait }.
bar-continue-note = Notiz fortsetzen
bar-note = Notiz

## Wie lange der Kanal Antworten annimmt

window-open = { $channel }: Antworten bis { $time }
window-soon = { $channel }: Antworten noch { $left } lang
window-over = { $channel }: Die Zeit für Antworten ist um. Eine Antwort kommt hierher zurück.
window-closed = Die 24 Stunden nach der letzten Nachricht sind um.
window-never = Von der anderen Seite kam noch keine Nachricht.
window-templates = { $channel } nimmt nur Vorlagen an, bis eine Nachricht kommt.
