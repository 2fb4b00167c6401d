# Names of participants.

people-you = You
