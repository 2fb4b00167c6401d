# Die Befehle. `.also` sind andere Wörter für einen Befehl: Wer eines davon tippt, findet ihn.

palette-offers-everything = Befehle
    .placeholder = Ein Befehl, ein Bereich, ein Kunde
    .field = Befehl oder Kunde
palette-offers-availability = Verfügbarkeit
    .placeholder = Verfügbar, beschäftigt, abwesend, ein Grund
palette-offers-buttons = Knopf drücken
    .placeholder = Ein Knopf
palette-none = Nichts gefunden.

## Groups

palette-group-here = Dieses Gespräch
palette-group-go = Gehe zu
palette-group-availability = Verfügbarkeit
palette-group-desk = Tandem
palette-group-settings = Einstellungen
palette-group-customers = Kunden
palette-group-search = Suche

## Other words for what can be done with a conversation

also-join = annehmen antworten aufnehmen teilnehmen
also-reply = antwort schreiben nachricht
also-quote = antworten auf eine nachricht bezug
also-react = emoji daumen gefällt lächeln
also-template = whatsapp zeitfenster geschlossen zuerst schreiben
also-note = intern kommentar flüstern schreiben team
also-complete = schließen beenden fertig erledigt lösen
also-leave = gehen raus hinaus
also-ask-for-help = um bitten eskalieren weitergeben team
also-invite = hinzufügen zuweisen kollege kollegin weitergeben
also-transfer = übergeben zuweisen weitergeben weiterleiten kollege kollegin person
also-invite-partner = hinzufügen extern link außen
also-decline = nein einladung absagen
also-take-over = zuweisen weitergeben
also-delegate = ki assistent bot delegieren weitergeben
also-help-not-needed = abbrechen hilferuf beenden
also-end-snooze = wecken wiedervorlage zurückgestellt erinnern zurück
also-snooze = später wiedervorlage erinnern verschieben morgen warten pause
also-tags = tags thema kategorie hinzufügen entfernen markieren
also-edit-customer = name umbenennen e-mail email telefon kontakt daten
also-press-button = aktion button
also-quick-reply = bibliothek vorlage schnipsel makro
also-attach = dokument bild foto hochladen
also-copy-transcript = export text nachrichten speichern drucken
also-copy-link = adresse teilen url
also-who-was-notified = gerufen alarm hilferuf

## The desk's own

palette-press = Drücken: { $title }
    .also = knopf button aktion
palette-section = liste bereich
palette-next = Nächstes meiner Gespräche
    .also = weiter folgendes
palette-previous = Voriges meiner Gespräche
    .also = zurück vorheriges
palette-set-available = Auf verfügbar setzen
    .also = verfügbarkeit status zurück online bereit frei
palette-set-busy = Auf beschäftigt setzen
    .also = verfügbarkeit status nicht stören besetzt
palette-set-away = Auf abwesend setzen
    .also = verfügbarkeit status pause mittag offline
palette-away-for = Abwesend: { $reason } …
    .also = verfügbarkeit status beschäftigt pause mittag zurück
palette-now = jetzt
palette-undo-dismissal = Rückgängig: Hilfe nicht nötig
    .also = zurückholen hilferuf wiederherstellen
palette-answer-next = Nächsten Hilferuf annehmen
    .also = beitreten aufnehmen
palette-start = Jemandem zuerst schreiben
    .also = neues gespräch beginnen vorlage whatsapp nummer
palette-search = Alles durchsuchen
    .also = finden suchen
palette-translate = Dieses Gespräch übersetzen
    .also = sprache fremd lesen übersetzung
palette-translate-off = Nicht mehr übersetzen
    .also = sprache fremd lesen übersetzung original
palette-originals = Originale oder Übersetzungen zeigen
    .also = sprache übersetzung wie geschrieben
palette-search-here = In diesem Gespräch suchen
    .also = finden wörter nachrichten hier
palette-change-availability = Verfügbarkeit ändern
    .also = status beschäftigt abwesend pause
palette-take-back = Eben Gesendetes zurückholen
    .also = rückgängig senden zurücknehmen
palette-arrange = Liste anordnen
    .also = sortieren reihenfolge gruppieren filtern ungelesen wartend ansicht
palette-board = Die Live-Übersicht
    .also = supervisor dashboard monitor zahlen warteschlange
palette-inbox = Für Sie: Erwähnungen und Einladungen
    .also = posteingang erwähnt eingeladen übergaben @ benachrichtigungen
palette-not-sent = Nicht gesendet
    .also = zurückgekommen abgelehnt entwürfe
palette-outbox = Postausgang
    .also = wartend ungesendet
palette-settings = Einstellungen
    .also = optionen konfigurieren einrichten
palette-library = Textbausteine und Fragen
    .also = bibliothek vorlagen schnipsel makros verwalten bearbeiten
palette-theme-dark = Farbschema: dunkel
    .also = darstellung modus
palette-theme-light = Farbschema: hell
    .also = darstellung modus
palette-larger = Größer
    .also = zoom schrift
palette-smaller = Kleiner
    .also = zoom schrift
palette-password = Mein Passwort ändern
    .also = konto sicherheit kennwort
palette-sign-out = Abmelden
    .also = ausloggen beenden
palette-setting = einstellungen { $words }
palette-everywhere = Alles nach „{ $query }“ durchsuchen
