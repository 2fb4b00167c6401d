# Times and days. They stand inside of sentences: "Offline since yesterday 14:02".

time-now = now
time-just-now = just now
time-minutes = { $count } min
time-hours = { $count } h
time-hours-minutes = { $hours } h { $minutes } min
time-minutes-seconds = { $minutes } min { $seconds } s
time-seconds = { $count } s
time-days =
    { $count ->
        [one] 1 day
       *[other] { $count } days
    }
time-today = today
time-yesterday = yesterday
time-tomorrow = tomorrow
