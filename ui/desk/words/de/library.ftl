# Textbausteine und Fragen, wie man sie pflegt.

library = Textbausteine und Fragen
    .new-reply = Neuer Textbaustein
    .new-question = Neue Frage
    .unsaved = Diese Änderungen sind nicht gespeichert. Speichern oder verwerfen Sie sie zuerst.
    .saved = Gespeichert. Innerhalb einer Sekunde haben es alle.
    .offline = Sie sind offline. Textbausteine liegen auf dem Server: Verbinden Sie sich zuerst.
    .search = Textbausteine durchsuchen
    .placeholder = Suchen
    .asking = Server wird gefragt …
    .empty = Noch nichts hier. Was Sie anlegen, finden Sie im Nachrichtenfeld hinter /.
    .no-match = Nichts gefunden.
    .list = Bausteine und Fragen
    .question = Frage
    .late = Prüfung ist fällig
    .edit = Bearbeiten
    .edit-aloud = { $title } bearbeiten
    .retired = { $name } war schon in Gebrauch und bleibt als zurückgezogen erhalten.
    .removed = { $name } ist entfernt.
    .uses =
        { $count ->
            [0] noch nicht verwendet
            [one] einmal verwendet
           *[other] { $count }-mal verwendet
        }
item-state-draft = Entwurf
item-state-active = Angeboten
item-state-retired = Zurückgezogen
question-kind-menu = Menü
question-kind-review = Bewertung
question-kind-confirm = Bestätigung
sees-mine = Nur Sie
sees-everybody = Alle
usage = Verwendung
    .uses =
        { $count ->
            [0] Noch nicht verwendet.
            [one] Einmal verwendet.
           *[other] { $count }-mal verwendet.
        }
    .this = Diese Fassung, letzte 30 Tage: { $what }
    .version = Fassung { $version }, letzte 30 Tage: { $what }
    .count = { $count }-mal verwendet
    .changed = { $percent } % geändert
    .answered = beantwortet nach { $time }
    .rated = bewertet mit { $score }

## One item

item-key = Schlüssel
item-shortcut = Kürzel
item-title = Titel
item-kind = Art
item-folder = Ordner (optional)
    .placeholder = Bestellungen / Erstattungen
item-language = Sprache
item-new-language = Neue Sprache
item-add-language = Sprache hinzufügen
item-remove-language = { $language } entfernen
item-words = Text
item-variables = Variablen:
item-preview = Vorschau
item-who = Wer sieht es
    .everybody = Alle
    .team = Ein Team
    .mine = Nur ich
item-state = Status
item-team = Marken des Teams
item-channels = Kanäle (keiner für alle)
item-brands = Marken (keine für alle)
item-notes = Auch in Notizen
item-holding = Vertröstet nur
    .why = Worte wie „Ich kümmere mich darum“ sind keine Antwort: Auswertungen zählen die erste Antwort ab späteren Worten.
item-then-ask = Danach fragen (optional)
    .nothing = Nichts
item-review-by = Prüfen bis (optional)
item-files = Dateien
    .remove = { $file } entfernen
item-question = Frage
item-choices = Auswahl
item-choice = Antwort { $nth }
    .remove = Antwort { $nth } entfernen
    .score = Punkte
    .confirms = Bestätigt
    .add = Antwort hinzufügen
    .yes = Ja
    .no = Nein
item-drop = Änderungen verwerfen
item-back = Zurück
item-versions = Fassungen
    .one = Fassung { $version }: { $text }
    .label = Fassung { $version }:
    .use = Diesen Text nehmen
    .use-aloud = Diesen Text nehmen: Fassung { $version }
