# Namen der Beteiligten.

people-you = Sie
