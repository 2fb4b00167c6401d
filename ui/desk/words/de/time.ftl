# Zeiten und Tage. Sie stehen auch in Sätzen: „Offline seit gestern 14:02“.

time-now = jetzt
time-just-now = gerade eben
time-minutes = { $count } min
time-hours = { $count } h
time-hours-minutes = { $hours } h { $minutes } min
time-minutes-seconds = { $minutes } min { $seconds } s
time-seconds = { $count } s
time-days =
    { $count ->
        [one] 1 Tag
       *[other] { $count } Tage
    }
time-today = heute
time-yesterday = gestern
time-tomorrow = morgen
