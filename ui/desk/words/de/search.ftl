# Suche auf diesem Gerät und auf dem Server.

search = Alles durchsuchen
    .placeholder = Text, ein Name, eine Telefonnummer
    .placeholder-within = Wörter in diesem Gespräch
    .within = Nur im Gespräch mit { $name }
    .widen = Alles durchsuchen
    .clear = Leeren
    .hits = Treffer
search-group-customers = Kunden
search-group-messages = Nachrichten und Notizen
search-group-hub = Vom Server
hit-note = Notiz
hit-draft = Nicht gesendet
hit-customer = Kunde
hit-file = Datei
hits-count =
    { $count ->
        [one] 1 Treffer
       *[other] { $count } Treffer
    }
    .here =
        { $count ->
            [one] 1 Treffer auf diesem Gerät
           *[other] { $count } Treffer auf diesem Gerät
        }
search-nothing = „{ $query }“ kommt nicht vor
    .here = „{ $query }“ kommt auf diesem Gerät nicht vor
search-asking = Server wird gefragt …
search-offline = Sie sind offline: Nur dieses Gerät wurde durchsucht.
search-no-answer = Der Server antwortet nicht: Nur dieses Gerät wurde durchsucht.
search-key-move = auswählen
search-key-open = öffnen
search-key-close = schließen

## Operators. What is typed is the same in every language.

operators = Suchoperatoren
    .next = Weiter mit
operator-from = Name, me, customer, logic
operator-in = my, help, left, all, webchat, whatsapp
operator-is = open, completed, waiting, help: offen, abgeschlossen, wartend, mit Hilferuf
operator-tag = ein Schlagwort des Gesprächs
operator-agent = Name aus dem Team, der dabei ist oder war, me
operator-brand = Schlüssel oder Name einer Marke
operator-language = ein Kürzel wie de
operator-before = ein Datum wie 2026-11-03
operator-after = ein Datum wie 2026-11-03
operator-attachment = mit einer Datei
operator-note = Notizen aus dem Team
operator-phrase = genau dieser Wortlaut
    .shown = "genauer Wortlaut"
