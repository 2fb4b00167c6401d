# Die Live-Übersicht für die Leitung.

board-title = Live-Übersicht
board-live = { $count } laufend
board-as-of = Stand { $time }
board-reorder = Neu ordnen
board-loading = Gespräche werden gelesen …
board-pop-out = Übersicht in eigenem Fenster öffnen
board-bring-back = Dieses Fenster schließen
board-wall = Wandanzeige
    .title = Große Zahlen ohne Namen, für einen Bildschirm an der Wand
board-conversations = Laufende Gespräche
board-figures = Zahlen; jede zeigt ihre Gespräche
board-longest = am längsten { $time }
board-of-them-unanswered = { $count } unbeantwortet
board-fallen = { $count } kamen nicht weiter
board-at-supervisors = { $count } bei der Leitung
board-closing = { $count } Fenster schließen bald
board-available = { $count ->
    [one] 1 verfügbar
   *[other] { $count } verfügbar
}
board-figure-wanted = Brauchen einen Menschen
    .title = Ein Mensch ist gefragt, und keiner ist beigetreten. Am längsten: seitdem.
board-figure-unanswered = Unbeantwortet
    .title = Der Kunde hat geschrieben, und niemand hat geantwortet. Am längsten: seit den ersten Worten.
board-figure-people = Bei Menschen
    .title = Jemand aus dem Team oder ein Partner nimmt teil
board-figure-logic = { -logic } allein
    .title = { -logic } nimmt teil, sonst niemand
board-figure-queue = Warteschlange
    .title = Ein Mensch ist gefragt, und keiner ist beigetreten
board-figure-idle = Bei niemandem
    .title = Niemand nimmt teil, und niemand ist gefragt
board-figure-calls = Offene Hilferufe
    .title = Hilferufe, die niemand angenommen hat
board-figure-fallen = Kamen nicht weiter
    .title = { -logic } kam nicht weiter
board-figure-new = Neu in 60 min
    .title = Gespräche, die in den letzten 60 Minuten begannen
board-figure-undelivered = Nicht zugestellt
    .title = Unsere Nachrichten, die der Kanal abgelehnt hat
board-figure-places = Freie Plätze
    .title = Wie viele Gespräche die Verfügbaren annehmen können
board-filters = Filter
board-find = In der Übersicht finden
board-group = Gruppieren nach
board-ungrouped = Keine Gruppen
board-by-handler = Nach Bearbeitung
board-by-channel = Nach Kanal
board-by-brand = Nach Marke
board-by-reach = Nach Gerufenen
board-by-tag = Nach Schlagwort
board-handled = Bearbeitet von
board-anyone = Bearbeitet von allen
board-handler-people = Menschen
board-handler-logic = { -logic }
board-handler-both = { -logic } und Menschen
board-handler-nobody = Niemand
board-channel = Kanal
board-every-channel = Jeder Kanal
board-brand = Marke
board-every-brand = Jede Marke
board-tag = Schlagwort
board-every-tag = Jedes Schlagwort
board-no-call = Kein offener Hilferuf
board-no-tag = Kein Schlagwort
board-no-brand = Keine Marke
board-reach-eligible = Verfügbare mit Platz gerufen
board-reach-everyone = Alle gerufen
board-reach-supervisors = Leitung gerufen
board-reach-logic = Wieder bei { -logic }
board-shown = { $count } gezeigt
board-all = Alle zeigen
board-saved =
    .title = Ein Klick zeigt diese Ansicht, ein Doppelklick löscht sie
board-name = Name der Ansicht
board-save = Ansicht speichern
board-column-customer = Kunde
board-column-words = Letzte Worte
board-column-handler = Bearbeitet von
board-column-channel = Kanal
board-column-brand = Marke
board-column-waiting = Wartet
board-group-wanted = { $count ->
    [one] 1 braucht einen Menschen
   *[other] { $count } brauchen einen Menschen
}, am längsten { $time }
board-nothing = Keine laufenden Gespräche
board-nothing-fits = Kein Gespräch passt zu diesen Filtern
board-left-out = { $count } weitere sind nicht aufgeführt. Filter finden sie.
board-logic = { -logic }
board-nobody = Niemand
board-wanted-since = Ein Mensch ist gefragt seit { $time }
board-unanswered-since = Niemand hat geantwortet seit { $time }
board-for-person = auf Hilfe
board-for-answer = auf Antwort
board-customers-turn = Kunde ist dran
board-undelivered = { $count ->
    [one] 1 Nachricht nicht zugestellt
   *[other] { $count } Nachrichten nicht zugestellt
}
board-fell-back = { -logic }: { $reason }
board-closes = Antworten sind noch weniger als eine Stunde möglich
board-graded-wrong = Übergabe als falsch bewertet
board-people = Menschen
board-person =
    .title = Gespräche von { $name } zeigen
board-you = Sie
board-load = { $engaged } von { $capacity }
board-offline = { $count ->
    [one] 1 offline
   *[other] { $count } offline
}
board-presence-available = Verfügbar
board-presence-busy = Beschäftigt
board-presence-away = Abwesend
board-presence-offline = Offline
board-chosen = { $count } ausgewählt
    .acts = Ausgewählte Gespräche
    .none = Nichts auswählen
    .row = Ausgewählt
board-one-at-a-time = Das geht nur mit einem Gespräch. Heben Sie erst die Auswahl auf.
board-look = In das Gespräch von { $name } schauen
board-as-seen = Das Gespräch mit { $name }, mit anderen Augen …
board-choose = { $name } auswählen oder nicht
board-for-chosen = { $act }: { $count } ausgewählt
board-show-figure = Zeigen: { $figure }
board-show-view = Die Ansicht { $name } zeigen
board-group-so = Gruppen: { $group }
board-sort-by = Sortieren nach: { $column }
board-set = Verfügbarkeit von { $name } setzen
board-set-to = { $name } auf { $availability } setzen
board-was-set = { $name } ist auf { $availability } gesetzt und weiß davon.
bulk-transfer = { $count ->
    [one] 1 Gespräch zuweisen
   *[other] { $count } Gespräche zuweisen
}
    .submit = Um Beitritt bitten
bulk-note = { $count ->
    [one] Notiz in 1 Gespräch schreiben
   *[other] Notiz in { $count } Gespräche schreiben
}
    .text = Notiz
    .submit = Notiz schreiben
bulk-tags = { $count ->
    [one] 1 Gespräch mit einem Schlagwort versehen
   *[other] { $count } Gespräche mit einem Schlagwort versehen
}
    .submit = Schlagwort hinzufügen
bulk-take-over = { $count ->
    [one] 1 Gespräch übernehmen
   *[other] { $count } Gespräche übernehmen
}
    .lead = Wer sie jetzt führt, verlässt sie, und { -logic } antwortet dort nicht mehr.
    .submit = Übernehmen
bulk-widen = { $count ->
    [one] Weitere zu 1 Gespräch rufen
   *[other] Weitere zu { $count } Gesprächen rufen
}
    .lead = Jeder offene Hilferuf geht einen Schritt weiter: an das ganze Team, dann an die Leitung.
    .submit = Weitere rufen
bulk-done = { $count ->
    [one] Für 1 Gespräch erledigt
   *[other] Für { $count } Gespräche erledigt
}
bulk-progress = { $done } von { $of }
bulk-refused = { $count ->
    [one] 1 nicht erledigt:
   *[other] { $count } nicht erledigt:
}
board-over-wanted = Ein Kunde wartet zu lange auf einen Menschen.
board-over-unanswered = Ein Kunde wartet zu lange auf Antwort.
board-over-calls = Zu viele Hilferufe sind offen.
board-over-fallbacks = { -logic } kam zu oft nicht weiter.
board-over-free-places = Zu wenige freie Plätze.
board-normal-wanted = Niemand wartet mehr zu lange auf einen Menschen.
board-normal-unanswered = Niemand wartet mehr zu lange auf Antwort.
board-normal-calls = Es sind nicht mehr zu viele Hilferufe offen.
board-normal-fallbacks = { -logic } kommt wieder voran.
board-normal-free-places = Es gibt wieder genug freie Plätze.

## The day

board-side = Menschen und Zahlen des Tages
day = Heute
    .title = Seit Mitternacht, { $zone }
day-csat = Zufrieden (4 oder 5 von 5)
day-unknown = –
day-percent = { $percent } %
day-percent-below = < { $percent } %
day-of = von { $count }
day-p90 = 90 % in { $time }
day-provisional = { $count } vorläufig
day-hit = ja
day-missed = nein
day-rows = Zeilen zeigen: { $figure }
    .of = { $figure }, heute
    .loading = Zeilen werden geladen …
    .more = { $count } weitere
    .elsewhere = Nicht auf diesem Rechner
day-logic = { -logic }, letzte 60 min
day-logic-median = Antwort, Median
day-logic-p95 = Antwort, 95 % in
day-logic-failed = Fehlgeschlagen
day-logic-waiting = Warten auf Antwort
day-calls = Warum Menschen gerufen wurden
day-call-logic-asked = { -logic } bat um Hilfe
day-call-customer-asked = Der Kunde bat darum
day-call-agent-asked = Jemand aus dem Team bat darum
day-call-logic-failed = { -logic } fiel aus
day-call-logic-silent = { -logic } hatte keine Antwort
day-call-last-person-left = Der letzte Mensch ging
day-call-invitation-over = Niemand nahm die Einladung an
day-call-link-over = Der Link eines Partners endete
day-call-nobody-engaged = Niemand war da
duration-tenths = { $seconds } s
curves = Verlauf
    .range = Zeitraum
    .table = Als Tabelle
curve-range-hour = 60 min
curve-range-day = 24 h
curve-time = Zeit
curve-arrivals = Begonnen
curve-completions = Abgeschlossen
curve-wanted = Brauchen einen Menschen
curve-available = Verfügbare
curve-at = { $time }: { $value }
curve-now = jetzt { $value }, höchstens { $most }
curve-sum = { $sum }, höchstens { $most } auf einmal
