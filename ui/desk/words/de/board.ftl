# Die Live-Übersicht für die Leitung.

board-title = Live-Übersicht
board-live = { $count } laufend
board-as-of = Stand { $time }
board-reorder = Neu ordnen
board-loading = Gespräche werden gelesen …
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
board-for-person = auf einen Menschen
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
