# Das offene Gespräch: Kopf, Verlauf, Dateien.


## Who answers next, in the header

standing-completed = Abgeschlossen
standing-you = Sie sind dran
standing-person = Wartet auf einen Menschen
standing-logic = { -logic } ist dran
standing-no-one = Niemand antwortet
standing-others =
    { $count ->
        [one] { $names } ist dran
       *[other] { $names } sind dran
    }
standing-joined = { $names }: beigetreten, ohne Antwort
standing-snoozed =
    { $by ->
        [me] Von Ihnen
       *[other] Von { $name }
    } zurückgestellt bis { $time }
standing-snoozed-until-customer =
    { $by ->
        [me] Von Ihnen
       *[other] Von { $name }
    } zurückgestellt, bis der Kunde schreibt
standing-waiting = wartet { $time }
header-back = Zurück zur Liste
header-actions = Aktionen
header-more = Weitere Aktionen
header-context = Details
header-earlier = { $count } frühere
seam-goes-on = gehört zum vorigen

## Acts

act-reopen = Wieder öffnen
act-reply = Antworten
act-quote = Letzte Nachricht zitieren
act-react = Auf die letzte Nachricht reagieren
act-template = Vorlage senden
act-card = Visitenkarte senden
act-other-contact = Anderen Kontakt nutzen
act-ask-number = Nach der Telefonnummer fragen
act-note = Notiz
act-complete = Abschließen
act-leave = Verlassen
act-ask-for-help = Hilfe rufen
act-invite = Einladen
act-transfer = Übergeben
act-assign = Zuweisen
act-invite-partner = Partner einladen
act-decline = Ablehnen
act-widen = Weitere rufen
act-take-over = Übernehmen
act-delegate = An { -logic } übergeben
act-help-not-needed = Hilfe nicht nötig
act-snooze = Zurückstellen
act-end-snooze = Zurückholen
act-tags = Schlagwörter
act-edit-customer = Kundendaten ändern
act-continue-new = In neuem Gespräch fortsetzen
act-belong = Gehört zum vorigen Gespräch
act-not-belong = Gehört nicht zum vorigen Gespräch
act-press-button = Knopf drücken
act-pop-out = In eigenem Fenster öffnen
act-show-window = Eigenes Fenster zeigen
act-back-to-main = Im Hauptfenster zeigen
act-quick-reply = Textbaustein oder Frage einfügen
act-attach = Dateien anhängen
transcript-file = [Datei: { $name }]
transcript-cut = (Ältere Nachrichten fehlen.)
act-copy-transcript = Verlauf kopieren
act-copy-link = Link kopieren
act-who-was-notified = Wer benachrichtigt wurde
act-as-seen = Mit anderen Augen …

## As seen by

as-seen = Gesehen von
as-seen-title = Das Gespräch mit { $name }, wie die Beteiligten es sahen
as-seen-what = Was auf dem Bildschirm offen war, allein aus dem Protokoll. Es weiß weder, was jemand tippte, noch, wie weit jemand gescrollt hatte. Dieser Blick wird protokolliert.
as-seen-leave = Zurück zu jetzt
as-seen-asking = Der Server wird gefragt …
as-seen-screen = Bildschirm von { $name }
as-seen-eyes-customer = { $name }, Kundenseite
as-seen-eyes-external = { $name }, extern
as-seen-moment = Zeitpunkt
as-seen-moment-at = { $day } { $time }
as-seen-earlier = Voriges Ereignis
as-seen-later = Nächstes Ereignis
as-seen-nothing = Davon war nichts auf dem Bildschirm.
as-seen-older =
    { $count ->
        [one] Ein älterer Eintrag steht hier nicht.
       *[other] { $count } ältere Einträge stehen hier nicht.
    }
as-seen-is-customer = { $name } ist die Kundin oder der Kunde.
as-seen-agent =
    .outside = { $name } war nicht im Gespräch.
    .called = { $name } war nicht im Gespräch. Ein Hilferuf war offen: Wen er erreichte, konnte es lesen.
    .invited = { $name } war seit { $time } eingeladen und konnte lesen.
    .engaged = { $name } nahm seit { $time } teil.
    .left = { $name } war um { $time } gegangen und konnte noch lesen.
as-seen-link =
    .invited = Der Link für { $name } entstand um { $time } und war nicht geöffnet.
    .left = Der Link für { $name } war seit { $time } beendet.
as-seen-logic =
    .never = { -logic } erfuhr nichts.
    .told = { -logic } erfuhr seit { $time } alles. Das war gesendet.
    .not-told = { -logic } erfuhr seit { $time } nichts mehr. Das war vorher gesendet.
as-seen-unread =
    { $of ->
        [logic] { $count } nicht beantwortet
       *[other] { $count } ungelesen
    }
as-seen-undelivered = { $count } nicht zugestellt
as-seen-mark =
    .unread =
        { $of ->
            [logic] Erhalten, nicht beantwortet
           *[other] Ungelesen
        }
    .undelivered =
        { $of ->
            [logic] Gesendet, nicht bestätigt
           *[other] Noch nicht zugestellt
        }
    .seen =
        { $of ->
            [logic] Bis hier beantwortet
           *[other] Bis hier gesehen
        }
    .failed = Nicht zugestellt: fehlgeschlagen
    .by-colleague = Das kam zuerst bei jemand anderem von uns an. Für { $name } hält das Protokoll nichts fest.
as-seen-withheld = Zurückgezogen um { $time }

## Nothing is open

nothing-none = Sie haben keine Gespräche
nothing-open = Kein Gespräch geöffnet
nothing-help =
    { $count ->
        [one] Ein Gespräch braucht einen Menschen.
       *[other] { $count } Gespräche brauchen einen Menschen.
    }
nothing-answer-next = Nächstes annehmen
nothing-quiet = Niemand braucht Hilfe. Sie werden benachrichtigt, wenn Sie gebraucht werden.
nothing-pick = Wählen Sie ein Gespräch, oder warten Sie auf die nächste Benachrichtigung.
nothing-untried = Bemerken Sie einen Hilferuf?
    .what = Tandem benachrichtigt Sie, auch wenn sein Fenster verdeckt ist.
    .group = Benachrichtigungen
nothing-key-move = blättern und lesen
nothing-key-join = beitreten
nothing-key-reply = antworten
nothing-key-search = alles durchsuchen
nothing-key-else = alles andere
nothing-key-all = alle Tasten

## A conversation that cannot be read

hidden-taken = Werden Sie dort gebraucht, kann man Sie einladen.
hidden-unknown = Gespräch nicht verfügbar
    .why = Es wurde übernommen oder abgeschlossen, es gibt es nicht, oder Sie haben keinen Zugriff. Fragen Sie, von wem Sie den Link haben.
hidden-unreadable = Dieses Gespräch lässt sich nicht laden
hidden-opening = Gespräch wird geöffnet

## The next call

next-call = Hier ist der nächste: { $name }.
    .join = { $name } helfen

## Transcript

transcript = Gespräch mit { $name }
transcript-offline = Ältere Nachrichten werden geladen, sobald Sie online sind.
transcript-fetching = Was hier noch fehlt, wird geholt …
transcript-new = { $count } neu
transcript-newest = Zum Neuesten
entry-mentioned = Sie werden erwähnt
entry-from-search = Aus Ihrer Suche
entry-who-was-notified = Wer benachrichtigt wurde
entry-queued = wartet
    .cancel = Was wartet, abbrechen
entry-note =
    { $by ->
        [me] Ihre Notiz
        [logic] Notiz von { -logic(case: "dative") }
       *[other] Notiz von { $name }
    }
entry-suggestion = Vorschlag
entry-edited = Bearbeitet
entry-reactions = Reaktionen
entry-external = extern
entry-choices = Auswahl
    .chosen = Gewählt:
entry-show-all = Alle { $count } Zeichen zeigen
working-writing =
    { $count ->
        [one] { $names } schreibt
       *[other] { $names } schreiben
    }
working-watched =
    { $count ->
        [one] { $names } sieht zu
       *[other] { $names } sehen zu
    }
working-logic = { -logic } antwortet
    .most = höchstens { $seconds } s
    .waiting =
        { $count ->
            [one] 1 weitere wartet
           *[other] { $count } weitere warten
        }

## The way of a message

stage-queued = wartet
stage-accepted = angenommen
stage-prepared = vorbereitet
stage-sent = gesendet
stage-delivered = zugestellt
stage-seen = gelesen
stage-played = angehört
stage-unconfirmed = nicht bestätigt
stage-unconfirmed-why = Eine Meldung kann noch kommen. Wenn Sie es noch einmal senden, kommt es vielleicht doppelt an.
stage-failed = nicht zugestellt
stage-in-queued = empfangen
stage-in-accepted = gespeichert
stage-in-prepared = vorbereitet
stage-in-sent = zugestellt
stage-in-delivered = zugestellt
stage-in-seen = gesehen
stage-in-played = gesehen
stage-in-unconfirmed = gespeichert
stage-in-failed = fehlgeschlagen
stage-sending = wird gesendet
turn-quote = Zitieren
turn-react = Reagieren
message-details = Verlauf der Nachricht
message-fixed = { $channel } zeigt eine Nachricht, wie sie gesendet wurde: Sie lässt sich weder ändern noch zurückziehen.
message-cancel = Diese Nachricht abbrechen
message-fetch = Erneut versuchen
    .aloud = Erneut versuchen, diese Datei zu holen
message-retry = Erneut senden
    .aloud = Diese Nachricht erneut senden
    .twice = Diese Nachricht noch einmal senden; sie kommt vielleicht doppelt an
message-leave = So lassen
    .aloud = Diese Nachricht so lassen
message-uploading = wird hochgeladen: { $percent } %
    .aloud = Wird hochgeladen
held-sending = Wird in { $seconds } s gesendet
    .aloud = Wird gesendet
held-undo = Rückgängig
    .what = machen: Senden

## Files

file-open = Öffnen
file-opening = Wird geöffnet …
file-save = Speichern unter …
file-saving = Wird gespeichert …
file-act = { $act }: { $file }
file-only-saved = Diese Datei lässt sich nur speichern
    .from-outside = kommt von außen. { $why }
file-not-shown = lässt sich hier nicht zeigen
file-enlarge = { $file } vergrößern
file-play = Abspielen
    .aloud = { $file } abspielen
    .speed = Tempo { $speed }×, drücken für ein anderes
picture-smaller = Kleiner
    .title = Kleiner (−)
picture-larger = Größer
    .title = Größer (+)
picture-zoomed = { $file }, { $percent } %
file-kind-text = Text
file-kind-picture = Bild
file-kind-picture-of = { $kind }-Bild
file-kind-audio = Audio
file-kind-video = Video
file-kind-other = Datei
file-unreadable = Diese Datei lässt sich nicht lesen.
file-added = Hinzugefügt: { $files }.
file-removed = Entfernt: { $file }.
file-nameless = Datei
files-join-first = Treten Sie zuerst dem Gespräch bei: Dateien gehen mit einer Antwort.
files-not-here = In diesem Gespräch können Sie keine Dateien senden.
files-not-with-note = Dateien gehen mit einer Antwort, nicht mit einer Notiz. Wechseln Sie erst zu „Antwort“.
files-drop = Dateien ablegen, um sie an { $name } zu senden
files-list =
    { $count ->
        [one] Datei
       *[other] Dateien
    }: { $names }

## Übersetzungen

translation = Übersetzung
translation-impossible = Dieser Server kann nicht übersetzen.
translation-offer = { $name } schreibt { $language }.
    .translate = Übersetzen
    .i-read = Ich lese { $language }
translation-asking =
    { $count ->
        [one] 1 Nachricht wird übersetzt …
       *[other] { $count } Nachrichten werden übersetzt …
    }
translation-on = Übersetzt
    .from = Übersetzt aus { $language }
    .originals = So gezeigt, wie es geschrieben wurde
    .show-originals = Originale zeigen
    .show-translations = Übersetzungen zeigen
    .stop = Nicht mehr übersetzen
turn-translation = Übersetzt
    .from = Übersetzt aus { $language }
    .show-original = Original zeigen
    .original = Original
    .show = Übersetzung zeigen
    .asking = Wird übersetzt …
    .waiting = Wird übersetzt, sobald Sie wieder online sind
    .none = Ließ sich nicht übersetzen
