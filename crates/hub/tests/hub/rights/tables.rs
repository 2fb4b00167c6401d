//! What each door answers to whom.

/// Agents' operations. Without a valid sign-in, each answers 401: to strangers, customers and suspended users. A cell
/// with three statuses: the user's own, another user's, nonexistent.
pub const AGENTS: &str = "
    operation                                          agent        supervisor   admin
    GET    /api/v1/me                                  200          200          200
    PUT    /api/v1/me/password                         401          401          401
    GET    /api/v1/colleagues                          200          200          200
    GET    /api/v1/activity                            200          200          200
    GET    /api/v1/board/today                         403          200          200
    GET    /api/v1/board                               403          200          200
    GET    /api/v1/board?mood=bad                      422          422          422
    GET    /api/v1/board/figures                       403          200          200
    GET    /api/v1/reviews                             200          200          200
    POST   /api/v1/reviews/{id}/dispute                404          404          404
    POST   /api/v1/reviews/{id}/confirm                403          404          404
    DELETE /api/v1/reviews/{id}                        403          404          404
    POST   /api/v1/conversations/{id}/reviews          403/403/403  200/200/404  200/200/404
    GET    /api/v1/review-plans                        403          403          200
    PUT    /api/v1/review-plans/{brand}                403/403/403  403/403/403  200/200/404
    DELETE /api/v1/review-plans/{brand}                403/403/403  403/403/403  204/204/404
    GET    /api/v1/figures?metric=load&from=2026-11-01&to=2026-11-02 200 200 200
    GET    /api/v1/figures?metric=mood&from=2026-11-01&to=2026-11-02 422 422 422
    GET    /api/v1/figures/rows?metric=open_time&from=2026-11-01&to=2026-11-02 200 200 200
    GET    /api/v1/figures/definitions                 200          200          200
    POST   /api/v1/exports                             403          422          422
    GET    /api/v1/exports/{id}                        403          404          404
    GET    /api/v1/exports/{id}/file                   403          404          404
    POST   /api/v1/commands                            200/404/404  200/200/404  200/200/404
    GET    /api/v1/conversations?section=my            200          200          200
    GET    /api/v1/conversations?section=help          200          200          200
    GET    /api/v1/conversations?section=left          200          200          200
    GET    /api/v1/conversations?section=all           403          200          200
    GET    /api/v1/conversations?section=none          422          422          422
    POST   /api/v1/conversations                       404          404          404
    GET    /api/v1/starts                              200          200          200
    GET    /api/v1/conversations/{id}                  200/404/404  200/200/404  200/200/404
    GET    /api/v1/conversations/{id}/turns            200/404/404  200/200/404  200/200/404
    POST   /api/v1/conversations/{id}/continue         409/404/404  409/409/404  409/409/404
    PUT    /api/v1/conversations/{id}/continues        409/404/404  409/409/404  409/409/404
    GET    /api/v1/conversations/{id}/templates        200/404/404  200/200/404  200/200/404
    POST   /api/v1/conversations/{id}/turns/{turn}/fetch 404/404/404 404/404/404 404/404/404
    POST   /api/v1/conversations/{id}/as-seen          403/403/403  200/200/404  200/200/404
    GET    /api/v1/looks                               403          200          200
    GET    /api/v1/looks?whose=mine                    422          422          422
    GET    /api/v1/conversations/{id}/alerts           403/403/403  200/200/404  200/200/404
    GET    /api/v1/conversations/{id}/claim            200/404/404  200/200/404  200/200/404
    POST   /api/v1/conversations/{id}/improve          502/404/404  502/502/404  502/502/404
    POST   /api/v1/conversations/{id}/translate        502/404/404  502/502/404  502/502/404
    POST   /api/v1/logic/conversations/{id}/preview    200/404/404  200/200/404  200/200/404
    GET    /api/v1/logic/requests                      403          403          200
    GET    /api/v1/customers/{id}/journey              200/404/404  200/200/404  200/200/404
    POST   /api/v1/alerts                              204          204          204
    GET    /api/v1/buttons                             200          200          200
    PUT    /api/v1/buttons/{id}                        403          403          200
    DELETE /api/v1/buttons/{id}                        403/403/403  403/403/403  204/204/404
    GET    /api/v1/library                             200          200          200
    POST   /api/v1/library/files?name=a.png            200          200          200
    GET    /api/v1/questions                           200          200          200
    POST   /api/v1/questions                           403          403          200
    PUT    /api/v1/questions/{id}                      403/403/403  403/403/403  200/200/200
    DELETE /api/v1/questions/{id}                      403/403/403  403/403/403  200/200/404
    GET    /api/v1/questions/{id}/versions             403/403/403  403/403/403  200/200/404
    POST   /api/v1/questions/import                    403          403          200
    GET    /api/v1/questions/usage                     403          200          200
    GET    /api/v1/quick-replies                       200          200          200
    POST   /api/v1/quick-replies                       200          200          200
    PUT    /api/v1/quick-replies/{id}                  200/404/200  200/404/200  200/404/200
    DELETE /api/v1/quick-replies/{id}                  200/404/404  200/404/404  200/404/404
    GET    /api/v1/quick-replies/{id}/versions         200/404/404  200/404/404  200/404/404
    POST   /api/v1/quick-replies/import                200          200          200
    GET    /api/v1/quick-replies/usage                 403          200          200
    GET    /api/v1/search?q=hello                      200          200          200
    GET    /api/v1/search                              422          422          422
    GET    /api/v1/live                                426          426          426
    GET    /api/v1/media/{id}                          200/404/404  200/200/404  200/200/404
    POST   /api/v1/media?name=a.png&conversation={room} 200/404/404 200/200/404  200/200/404
    GET    /api/v1/users                               403          403          200
    POST   /api/v1/users                               403          403          200
    PATCH  /api/v1/users/{id}                          403/403/403  403/403/403  200/200/404
    PUT    /api/v1/users/{id}/availability             403/403/403  409/409/404  409/409/404
    POST   /api/v1/users/{id}/suspend                  403/403/403  403/403/403  409/200/404
    POST   /api/v1/users/{id}/resume                   403/403/403  403/403/403  200/200/404
    GET    /api/v1/channels/whatsapp                   403          403          200
    GET    /api/v1/channels/whatsapp/{number}          403          403          404
    PUT    /api/v1/channels/whatsapp/{number}          403          403          422
    DELETE /api/v1/channels/whatsapp/{number}          403          403          404
    POST   /api/v1/channels/whatsapp/{number}/check    403          403          404
    GET    /api/v1/channels/whatsapp/{number}/templates 403         403          404
    GET    /api/v1/channels/whatsapp/{number}/unread   403          403          404
    GET    /api/v1/channels/whatsapp/{number}/usage    403          403          404
    PUT    /api/v1/channels/whatsapp/{number}/business-hours 403    403          404
    GET    /api/v1/brands                              403          403          200
    POST   /api/v1/brands                              403          403          200
    PATCH  /api/v1/brands/{id}                         403/403/403  403/403/403  200/200/404
    DELETE /api/v1/brands/{id}                         403/403/403  403/403/403  200/200/404
    PUT    /api/v1/brands/{id}/business-hours          403/403/403  403/403/403  200/200/404
    GET    /api/v1/business-hours                      403          403          200
    PUT    /api/v1/business-hours                      403          403          200
";

/// Operations without a sign-in; the body authenticates. `right` sends valid data, `wrong` similar but invalid data.
pub const OPEN: &str = "
    operation                                          right  wrong  suspended
    GET    /api/v1/about                               200    200    200
    POST   /api/v1/auth/login                          200    401    403
    POST   /api/v1/auth/refresh                        200    401    401
    POST   /api/v1/auth/logout                         204    204    204
    GET    /chat/v1/brands/{brand}                     200    404    -
    POST   /chat/v1/sessions                           200    404    -
";

/// Operations of channels, which prove themselves with what only they and the operator know. A number that is unknown,
/// and one that is known, with a wrong token or signature.
pub const CHANNELS: &str = "
    operation                                          unknown  wrong
    GET    /channels/whatsapp/{number}/webhook         404      403
    POST   /channels/whatsapp/{number}/webhook         404      403
";

/// Pages behind links to requests for reviews; a link that opens none.
pub const REVIEWS: &str = "
    operation                                          unknown
    GET    /review/{token}                             404
    POST   /review/{token}                             404
";

/// Operations of the web chat. An agent's token is not a session.
pub const CHAT: &str = "
    operation                                          nobody  agent  visitor
    GET    /chat/v1/entries                            401     401    200
    POST   /chat/v1/messages                           401     401    200
    POST   /chat/v1/reviews/{id}                       401     401    404
    POST   /chat/v1/reviews/{id}/decline               401     401    404
    GET    /chat/v1/live                               426     426    426
    POST   /chat/v1/media?name=box.png                 401     401    200
    GET    /chat/v1/media/{id}                         401     401    200/404/404
";

/// Operations of external agents. The link is unknown, opened in another browser, open here, or ended.
pub const GUESTS: &str = "
    operation                                          unknown  elsewhere  holder       over
    GET    /guest/{token}/about                        404      200        200          200
    POST   /guest/{token}/open                         404      409        200          410
    GET    /guest/{token}/entries                      404      409        200          410
    POST   /guest/{token}/messages                     404      409        200          410
    POST   /guest/{token}/leave                        404      409        204          410
    GET    /guest/{token}/buttons                      404      409        200          410
    POST   /guest/{token}/press                        404      409        409          410
    GET    /guest/{token}/live                         404      409        426          410
    POST   /guest/{token}/media?name=box.png           404      409        200          410
    GET    /guest/{token}/media/{id}                   404      409        200/404/404  410
";

/// Operations of Your Logic: an existing conversation, and a nonexistent one.
pub const LOGIC: &str = "
    operation                                          nobody   agent    wrong    secret
    POST   /api/v1/logic/conversations/{id}/responses  401/401  401/401  401/401  200/404
    POST   /api/v1/logic/media?name=a.png&conversation={room} 401/401 401/401 401/401 200/404
    GET    /api/v1/logic/media/{id}                    401/401  401/401  401/401  200/404
    GET    /api/v1/logic/questions                     401/401  401/401  401/401  200/200
";
