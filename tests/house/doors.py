"""Who may go where: what each page answers to each of the cast, by GET. A new page gets a line here.

`200`, `403`, `404`, `405` are what they say; redirects: `in` asks to sign in, `desk` leads to the office's sign-in (and
from there to `in`), `who` asks to confirm one's identity, `go` leads elsewhere.
"""

# In the order of the columns. `new` has an account and acts for nobody yet; objects in addresses are anna's; obcy acts
# for somebody else. The last five are staff.
CAST = ("nobody", "new", "anna", "obcy", "clerk", "treasurer", "officer", "inspector", "administrator")
STAFF = CAST[4:]

PAGES = """
#                                           nobody new  anna obcy clerk trea offi insp admi
/                                           200    go   go   go   go   go   go   go   go
konto/dane/                                 in     200  200  200  200  200  200  200  200
konto/dane/pobierz/                         405    405  405  405  405  405  405  405  405
konto/dane/zamknij/                         in     200  200  200  200  200  200  200  200
moje-dane/                                  in     who  200  200  who  who  who  who  who
moje-dane/potwierdz/                        in     200  200  200  200  200  200  200  200
moje-dane/zgloszenia/                       in     200  200  200  200  200  200  200  200
moje-dane/umocowania/<int:pk>/              in     404  200  404  404  404  404  404  404
moje-dane/umocowania/<int:pk>/skan/         in     404  200  404  404  404  404  404  404
moje-dane/pelnomocnictwa/                   in     who  200  200  who  who  who  who  who
moje-dane/pelnomocnictwa/<int:pk>/wycofaj/  405    405  405  405  405  405  405  405  405
moje-dane/pelnomocnictwa/<int:pk>/skan/     in     404  200  404  404  404  404  404  404
moje-dane/dzialam-jako/                     405    405  405  405  405  405  405  405  405
moje-dane/kto-przegladal/                   in     who  200  200  who  who  who  who  who
moje-dane/prawa/                            in     who  200  200  who  who  who  who  who
moje-dane/prawa/pobierz/                    405    405  405  405  405  405  405  405  405
moje-dane/prawa/sprostowanie/               in     who  200  200  who  who  who  who  who
moje-dane/prawa/usuniecie/                  in     who  200  200  who  who  who  who  who
zgody/                                      in     who  200  200  who  who  who  who  who
zgody/ustaw/                                in     who  200  200  who  who  who  who  who
zgody/podpisz/                              in     who  go   go   who  who  who  who  who
zgody/adres/<str:kind>/                     405    405  405  405  405  405  405  405  405
zgody/adres/<str:kind>/wyslij-kod/          405    405  405  405  405  405  405  405  405
zgody/wypisz/<str:token>/                   404    404  404  404  404  404  404  404  404
zgody/wycofaj/                              405    405  405  405  405  405  405  405  405
zgody/potwierdzenie.pdf                     in     who  200  200  who  who  who  who  who
zgody/podpisany-wniosek/                     200    200  200  200  200  200  200  200  200
zgody/wniosek.pdf                           200    200  200  200  200  200  200  200  200
wiadomosci/                                 in     who  200  200  who  who  who  who  who
wiadomosci/ustawienia/                      in     who  200  200  who  who  who  who  who
wiadomosci/przegladarki/                    in     who  200  200  who  who  who  who  who
wiadomosci/przegladarki/dodaj/              405    405  405  405  405  405  405  405  405
wiadomosci/przegladarki/<int:subscription_id>/usun/ 405    405  405  405  405  405  405  405  405
powiadomienia.js                            200    200  200  200  200  200  200  200  200
wiadomosci/<int:message_id>/                in     who  200  404  who  who  who  who  who
naleznosci/                                 in     who  200  200  who  who  who  who  who
naleznosci/zaplacone/                       in     who  200  200  who  who  who  who  who
naleznosci/karta/                           in     who  200  200  who  who  who  who  who
naleznosci/karta/karta.pdf                  in     who  200  200  who  who  who  who  who
naleznosci/karta/karta.csv                  in     who  200  200  who  who  who  who  who
naleznosci/kalendarz/                       in     who  200  200  who  who  who  who  who
naleznosci/<int:instalment_id>/wyjasnienie.pdf in  who  200  404  who  who  who  who  who
kalendarz/<str:secret>.ics                  404    404  404  404  404  404  404  404  404
naleznosci/<int:instalment_id>/             in     who  200  404  who  who  who  who  who
platnosci/                                  in     who  200  200  who  who  who  who  who
platnosci/koszyk/                           in     who  200  200  who  who  who  who  who
platnosci/przelew/                          in     who  go   go   who  who  who  who  who
platnosci/przelew/druk.pdf                  in     who  go   go   who  who  who  who  who
platnosci/rozpocznij/                       in     who  go   go   who  who  who  who  who
platnosci/<uuid:number>/                    in     who  200  404  who  who  who  who  who
platnosci/<uuid:number>/przejdz/            in     who  404  404  who  who  who  who  who
platnosci/<uuid:number>/powrot/             in     who  200  404  who  who  who  who  who
platnosci/<uuid:number>/potwierdzenie.pdf   in     who  200  404  who  who  who  who  who
ostrzezenia/                                200    200  200  200  200  200  200  200  200
ostrzezenia/rss.xml                         200    200  200  200  200  200  200  200  200
ostrzezenia/atom.xml                        200    200  200  200  200  200  200  200  200
ostrzezenia/<uuid:number>/                  200    200  200  200  200  200  200  200  200
ostrzezenia/<uuid:number>/cap.xml           200    200  200  200  200  200  200  200  200
potwierdzenie/                              200    200  200  200  200  200  200  200  200
hooks/<slug:provider>/                      405    405  405  405  405  405  405  405  405
hooks/<slug:provider>/konto/<slug:recipient>/ 405  405  405  405  405  405  405  405  405
api/v1/dues/                                405    405  405  405  405  405  405  405  405
api/v1/postings/                            401    401  401  401  401  401  401  401  401
api/v1/postings/<int:export>/               401    401  401  401  401  401  401  401  401
api/v1/postings/<int:export>/ack/           405    405  405  405  405  405  405  405  405
api/v1/openapi.json                         200    200  200  200  200  200  200  200  200
hooks/sms/<str:secret>/odpowiedzi/          404    404  404  404  404  404  404  404  404
hooks/sms/<str:secret>/                     404    404  404  404  404  404  404  404  404
hooks/mail/mailjet/                         405    405  405  405  405  405  405  405  405
hooks/serwersms/<str:secret>/               404    404  404  404  404  404  404  404  404
deklaracja-dostepnosci/                     200    200  200  200  200  200  200  200  200
prywatnosc/                                 200    200  200  200  200  200  200  200  200
kontakt/                                    200    200  200  200  200  200  200  200  200
latwy-tekst/                                200    200  200  200  200  200  200  200  200
zglos-usterke/                              200    200  200  200  200  200  200  200  200
wzornik/                                    200    200  200  200  200  200  200  200  200
health/                                     200    200  200  200  200  200  200  200  200
konto/sesje/                                in     200  200  200  200  200  200  200  200
konto/sesja/                                200    200  200  200  200  200  200  200  200
konto/sesja/zostaje/                        405    405  405  405  405  405  405  405  405
konto/bezczynnosc/                          200    200  200  200  200  200  200  200  200
konto/login/                                200    go   go   go   go   go   go   go   go
konto/logout/                               go     200  200  200  200  200  200  200  200
konto/inactive/                             200    200  200  200  200  200  200  200  200
konto/signup/                               200    go   go   go   go   go   go   go   go
konto/reauthenticate/                       in     200  200  200  200  200  200  200  200
konto/email/                                in     200  200  200  200  200  200  200  200
konto/confirm-email/                        in     go   go   go   go   go   go   go   go
konto/password/change/                      in     200  200  200  200  200  200  200  200
konto/password/set/                         in     go   go   go   go   go   go   go   go
konto/password/reset/                       200    200  200  200  200  200  200  200  200
konto/password/reset/done/                  200    200  200  200  200  200  200  200  200
konto/password/reset/key/done/              200    200  200  200  200  200  200  200  200
konto/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$ 200 200 200 200 200 200 200 200 200
konto/login/code/                           200    go   go   go   go   go   go   go   go
konto/login/code/confirm/                   go     go   go   go   go   go   go   go   go
konto/2fa/                                  in     200  200  200  200  200  200  200  200
konto/2fa/authenticate/                     in     go   go   go   go   go   go   go   go
konto/2fa/reauthenticate/                   in     go   go   go   go   go   go   go   go
konto/2fa/totp/activate/                    in     go   go   go   go   go   go   go   go
konto/2fa/totp/deactivate/                  in     404  404  404  404  404  404  404  404
konto/2fa/recovery-codes/                   in     404  404  404  404  404  404  404  404
konto/2fa/recovery-codes/generate/          in     go   go   go   go   go   go   go   go
konto/2fa/recovery-codes/download/          in     404  404  404  404  404  404  404  404
konto/3rdparty/                             in     200  200  200  200  200  200  200  200
konto/3rdparty/signup/                      in     in   in   in   in   in   in   in   in
konto/3rdparty/login/cancelled/             200    200  200  200  200  200  200  200  200
konto/3rdparty/login/error/                 in     in   in   in   in   in   in   in   in
konto/social/connections/                   go     go   go   go   go   go   go   go   go
konto/social/signup/                        go     go   go   go   go   go   go   go   go
konto/social/login/cancelled/               go     go   go   go   go   go   go   go   go
konto/social/login/error/                   go     go   go   go   go   go   go   go   go
konto/saml/<slug:organization_slug>/login/  404    404  404  404  404  404  404  404  404
konto/saml/<slug:organization_slug>/acs/    404    404  404  404  404  404  404  404  404
konto/saml/<slug:organization_slug>/acs/finish/ 404 404 404  404  404  404  404  404  404
konto/saml/<slug:organization_slug>/metadata/ 404  404  404  404  404  404  404  404  404
konto/oidc/<slug:provider_id>/login/        404    404  404  404  404  404  404  404  404
konto/oidc/<slug:provider_id>/login/callback/ 404  404  404  404  404  404  404  404  404
konto/2fa/webauthn/                         in     200  200  200  200  200  200  200  200
konto/2fa/webauthn/add/                     in     go   go   go   go   go   go   go   go
konto/2fa/webauthn/login/                   in     go   go   go   go   go   go   go   go
konto/2fa/webauthn/reauthenticate/          in     go   go   go   go   go   go   go   go
konto/2fa/webauthn/keys/<int:pk>/edit/      in     go   go   go   go   go   go   go   go
konto/2fa/webauthn/keys/<int:pk>/remove/    in     go   go   go   go   go   go   go   go
urzad/                                      desk   desk desk desk 200  200  200  200  200
urzad/login/                                in     403  403  403  go   go   go   go   go
urzad/logout/                               go     go   go   go   405  405  405  405  405
urzad/search/                               desk   desk desk desk 200  200  200  200  200
urzad/password_change/                      desk   desk desk desk 200  200  200  200  200
urzad/password_change/done/                 desk   desk desk desk 200  200  200  200  200
urzad/autocomplete/                         desk   desk desk desk 403  403  403  403  403
urzad/jsi18n/                               desk   desk desk desk 200  200  200  200  200
urzad/r/<path:content_type_id>/<path:object_id>/ desk desk desk desk 404 404 404  404  404
urzad/^(?P<app_label>…)/$                   desk   desk desk desk 200  200  404  200  200
urzad/(?P<url>.*)$                          desk   desk desk desk 404  404  404  404  404
urzad/residents/payer/<int:pk>/kod/         desk   desk desk desk 200  403  403  403  200
urzad/residents/payer/<int:pk>/umocowanie/  desk   desk desk desk 200  403  403  403  200
urzad/residents/account/<int:pk>/rola/      desk   desk desk desk 403  403  403  403  200
urzad/residents/account/<path:object_id>/give_role/ desk desk desk desk 403 403 403 403 go
urzad/residents/payer/<int:pk>/dokument/    desk   desk desk desk 200  403  403  403  200
urzad/residents/payer/<int:pk>/polacz/      desk   desk desk desk 200  403  403  403  200
urzad/residents/payer/<int:pk>/rozlacz/     desk   desk desk desk go   403  403  403  go
urzad/residents/payer/<path:object_id>/join_other/ desk desk desk desk go   403  403  403  go
urzad/residents/payer/<path:object_id>/part_again/ desk desk desk desk go   403  403  403  go
urzad/residents/payer/<int:pk>/powod/       desk   desk desk desk 200  200  403  200  200
urzad/residents/mandate/<int:pk>/skan/      desk   desk desk desk 200  403  403  200  200
urzad/residents/attorneyrequest/<int:pk>/skan/ desk desk desk desk 200 403 403 200 200
urzad/residents/accessrecord/podglady.csv   desk   desk desk desk 403  403  403  200  200
urzad/residents/payer/<path:object_id>/see_document/ desk desk desk desk go 403 403 403 go
urzad/residents/payer/<path:object_id>/hand_out_code/ desk desk desk desk go 403 403 403 go
urzad/residents/payer/<path:object_id>/let_act/ desk desk desk desk go 403  403  403  go
urzad/residents/account/<int:pk>/drugi-skladnik/ desk desk desk desk 403 403 403 403 200
urzad/residents/account/<int:pk>/wyloguj/   desk   desk desk desk 403  403  403  403  200
urzad/residents/account/<path:object_id>/remove_factor/ desk desk desk desk 403 403 403 403 go
urzad/residents/account/<path:object_id>/sign_out/ desk desk desk desk 403 403 403 403 go
urzad/consents/consentapplication/<int:pk>/skan/ desk desk desk desk 200 403 403 200  200
urzad/consents/consentapplication/<int:pk>/potwierdzenie.pdf desk desk desk desk 200 403 403 200 200
urzad/consents/signedfile/<int:pk>/plik/ desk desk desk desk 200 403 403 200 200
urzad/consents/signedfile/<int:pk>/podglad/ desk desk desk desk 200 403 403 200 200
urzad/mailroom/incomingmail/<int:pk>/oryginal/ desk desk desk desk 200 403  403  200  200
urzad/mailroom/incomingmail/<int:pk>/<int:place>/ desk desk desk desk 200 403 403 200 200
urzad/mailroom/incomingmail/<int:pk>/<int:place>/oryginal/ desk desk desk desk 200 403 403 200 200
urzad/mailroom/incomingmail/<int:pk>/<int:place>/strona/<int:page>/ desk desk desk desk 200 403 403 200 200
urzad/consents/consentapplication/<int:pk>/skan/<int:page>/ desk desk desk desk 200 403 403 200 200
urzad/consents/consentapplication/sprawdz/  desk   desk desk desk 405  405  405  405  405
urzad/consents/incomingscan/wczytaj/        desk   desk desk desk 405  405  405  405  405
urzad/consents/incomingscan/<int:pk>/plik/  desk   desk desk desk 200  403  403  200  200
urzad/consents/incomingscan/<int:pk>/odloz/ desk   desk desk desk 405  405  405  405  405
urzad/consents/incomingscan/<int:pk>/strona/<int:page>/ desk desk desk desk 200 403 403 200 200
urzad/liabilities/importrun/<int:run_id>/odrzucone.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/<int:run_id>/do-poprawy.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/<int:run_id>/roznice/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/<int:run_id>/cofnij/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/uzgodnienie/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/uzgodnienie/uzgodnienie.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/importrun/uzgodnienie/uzgodnienie.xlsx desk desk desk desk 403 200 403 403 200
urzad/liabilities/apitoken/<path:object_id>/revoke/ desk desk desk desk 403 go 403 403 go
urzad/liabilities/apitoken/<int:pk>/uniewaznij/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/karta/<int:payer_id>/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/karta/<int:payer_id>/karta.pdf desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/karta/<int:payer_id>/karta.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/<int:pk>/ksieguj/<slug:verb>/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/<int:pk>/informacje/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/<int:pk>/informacje.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/instalment/przedawnienie/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/ledgerentry/<int:pk>/storno/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/ledgerentry/nadplaty/     desk   desk desk desk 403  200  403  403  200
urzad/liabilities/ledgerentry/nadplaty/<int:payer_id>/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/decision/<int:pk>/koniec/ desk   desk desk desk 403  200  403  403  200
urzad/liabilities/instalment/zaleglosci/    desk   desk desk desk 403  200  403  403  200
urzad/liabilities/instalment/pulpit/        desk   desk desk desk 403  200  403  403  200
urzad/liabilities/instalment/pulpit.xlsx    desk   desk desk desk 403  200  403  403  200
urzad/liabilities/letterrun/<int:pk>/przebieg/ desk desk desk desk 403 405 403 403 405
urzad/liabilities/letterrun/<int:pk>/pominiete/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/letterrun/<int:pk>/druk/<int:part>.pdf desk desk desk desk 403 200 403 403 200
urzad/liabilities/letterrun/<int:pk>/e-doreczenia/<int:part>.zip desk desk desk desk 403 200 403 403 200
urzad/liabilities/dunningletter/<int:pk>/pismo.pdf desk desk desk desk 403 200 403 403 200
urzad/liabilities/dunningletter/<int:pk>/wynik/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/dunningletter/doreczenia/ desk   desk desk desk 403  200  403  403  200
urzad/liabilities/dunningletter/tytuly/     desk   desk desk desk 403  200  403  403  200
urzad/liabilities/dunningletter/tytuly/sprawy.csv desk desk desk desk 403 200 403 403 200
urzad/liabilities/dunningletter/enter_many/ desk   desk desk desk 403  go   403  403  go
urzad/liabilities/dunningletter/open_cases/ desk   desk desk desk 403  go   403  403  go
urzad/broadcasts/district/mapa/             desk   desk desk desk 403  403  200  403  200
urzad/broadcasts/broadcast/nowe/            desk   desk desk desk 403  403  200  403  200
urzad/broadcasts/broadcast/<int:pk>/zdarzenia/ desk desk desk desk 403 403 200 403 200
urzad/broadcasts/broadcast/<int:pk>/obchod.pdf desk desk desk desk 403 403 200 403 200
urzad/broadcasts/broadcast/<int:pk>/raport.pdf desk desk desk desk 403 403 200 403 200
urzad/broadcasts/broadcast/<int:pk>/raport.csv desk desk desk desk 403 403 200 403 200
urzad/broadcasts/sourcewarning/wczytaj-cap/ desk desk desk desk 403 403 200 403 200
urzad/notifications/spending/statystyka/    desk   desk desk desk 403  200  200  403  200
urzad/notifications/spending/statystyka.csv desk   desk desk desk 403  200  200  403  200
urzad/payments/payout/raporty/kasowy/       desk   desk desk desk 403  200  403  403  200
urzad/payments/payout/raporty/konto-rozliczeniowe/ desk desk desk desk 403 200 403 403 200
urzad/payments/payout/raporty/prowizje/     desk   desk desk desk 403  200  403  403  200
urzad/liabilities/postingexport/<int:pk>/podpisz/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/postingexport/<int:pk>/plik/<slug:form>/ desk desk desk desk 403 200 403 403 200
urzad/liabilities/postingexport/<path:object_id>/sign/ desk desk desk desk 403 go 403 403 go
urzad/liabilities/postingexport/<path:object_id>/as_csv/ desk desk desk desk 403 go 403 403 go
urzad/liabilities/postingexport/<path:object_id>/as_xml/ desk desk desk desk 403 go 403 403 go
urzad/payments/payment/<int:pk>/wyjasnij/   desk   desk desk desk 403  200  403  403  200
urzad/payments/payment/<path:object_id>/ask/ desk  desk desk desk 403  go   403  403  go
urzad/payments/payment/<path:object_id>/settle/ desk desk desk desk 403 go  403  403  go
urzad/payments/payment/<int:pk>/zwrot/      desk   desk desk desk 403  200  403  403  200
urzad/payments/payment/<int:pk>/cofnieta/   desk   desk desk desk 403  200  403  403  200
urzad/payments/payment/<path:object_id>/give_back/ desk desk desk desk 403 go 403 403 go
urzad/payments/payment/<path:object_id>/taken_back/ desk desk desk desk 403 go 403 403 go
urzad/payments/bankentry/<int:pk>/zwrot/    desk   desk desk desk 403  200  403  403  200
urzad/payments/bankentry/<path:object_id>/give_back/ desk desk desk desk 403 go 403 403 go
urzad/payments/refund/kolejka/              desk   desk desk desk 403  go   403  403  go
urzad/payments/refund/listy/                desk   desk desk desk 403  200  403  403  200
urzad/payments/refund/listy/<int:pk>/przelewy.txt desk desk desk desk 403 404 403 403 404
urzad/payments/refund/platnik/<int:payer_id>/ desk desk desk desk 403  200  403  403  200
urzad/payments/refund/<int:pk>/decyzja/     desk   desk desk desk 403  200  403  403  200
urzad/payments/refund/<int:pk>/odeslany/    desk   desk desk desk 403  200  403  403  200
urzad/payments/refund/approve_all/          desk   desk desk desk 403  go   403  403  go
urzad/payments/refund/transfers/            desk   desk desk desk 403  go   403  403  go
urzad/payments/refund/<path:object_id>/decide/ desk desk desk desk 403 go   403  403  go
urzad/payments/refund/<path:object_id>/returned/ desk desk desk desk 403 go 403  403  go
urzad/payments/bankentry/<path:object_id>/payout/ desk desk desk desk 403 go 403  403  go
urzad/payments/payout/stan/                 desk   desk desk desk 403  200  403  403  200
urzad/payments/payout/rozlicz/<int:entry_id>/ desk desk desk desk 403  200  403  403  200
urzad/payments/payout/<int:pk>/cofnij/      desk   desk desk desk 403  200  403  403  200
urzad/payments/payout/<path:object_id>/undo/ desk  desk desk desk 403  go   403  403  go
urzad/payments/reversal/<int:pk>/ponow/     desk   desk desk desk 403  200  403  403  200
urzad/payments/reversal/<path:object_id>/again/ desk desk desk desk 403 go  403  403  go
urzad/payments/bankstatement/<int:pk>/rozstrzygnij/ desk desk desk desk 403 200 403 403 200
urzad/payments/bankstatement/<path:object_id>/see_entries/ desk desk desk desk 403 go 403 403 go
urzad/payments/bankstatement/<path:object_id>/decide/ desk desk desk desk 403 go 403 403 go
urzad/payments/bankentry/explain_all/       desk   desk desk desk 403  go   403  403  go
urzad/payments/bankentry/kolejka/           desk   desk desk desk 403  go   403  403  go
urzad/payments/bankentry/rozliczeniowe/     desk   desk desk desk 403  200  403  403  200
urzad/payments/bankentry/<int:pk>/wyjasnij/ desk   desk desk desk 403  200  403  403  200
urzad/payments/bankentry/<int:pk>/cofnij/   desk   desk desk desk 403  200  403  403  200
urzad/payments/bankentry/<path:object_id>/open_in_queue/ desk desk desk desk 403 go 403 403 go
urzad/payments/bankentry/<path:object_id>/reopen/ desk desk desk desk 403 go  403 403  go
"""

# Admin's own pages of each table: `r` opens the list, a row and its history, `a` the form for a new one, `-` nothing.
# Nobody, an administrator included, ever opens the page that deletes.
OFFICE = """
#                            clerk trea offi insp admi
core/auditentry              -     -    -    r    r
core/inboundevent            -     r    -    r    r
core/retentionrule           -     -    -    r    r
residents/payer              ra    r    -    r    ra
residents/account            r     -    -    r    r
residents/mandate            r     -    -    r    r
residents/attorneyrequest    r     -    -    r    r
residents/payermerge         r     -    -    r    r
residents/claim              r     -    -    r    r
residents/datarequest        r     -    -    r    r
residents/accessrecord       -     -    -    r    r
residents/lookreason         -     -    -    r    ra
consents/consentapplication  ra    -    -    r    ra
consents/importedpaper       ra    -    -    r    ra
consents/signedfile          ra    -    -    r    ra
consents/consent             r     -    -    r    r
consents/printedform         ra    -    -    r    ra
consents/incomingscan        r     -    -    r    r
consents/topic               r     -    r    r    r
notifications/message        r     r    -    -    r
notifications/campaign       -     -    ra   -    ra
notifications/gatewayrest    -     -    -    -    r
notifications/route          -     -    -    -    ra
notifications/dailycap       -     -    -    -    ra
notifications/spending       -     r    r    -    r
notifications/suppressedaddress r  -    -    -    r
notifications/texttemplate   -     ra   ra   -    ra
broadcasts/broadcast         -     -    r    -    r
broadcasts/assistedresident  -     -    ra   -    ra
broadcasts/hazard            -     -    r    -    r
broadcasts/district          -     -    ra   -    ra
broadcasts/sourcewarning     -     -    r    -    r
broadcasts/sourcestate       -     -    r    -    r
broadcasts/dutyofficer       -     -    ra   -    ra
mailroom/incomingmail        r     -    -    r    r
liabilities/instalment       -     r    -    -    r
liabilities/ledgerentry      -     r    -    -    r
liabilities/decision         -     r    -    -    r
liabilities/letterrun        -     ra   -    -    ra
liabilities/dunningletter    -     r    -    -    r
liabilities/duekind          -     r    -    -    r
liabilities/interestrate     -     ra   -    -    ra
liabilities/fee              -     ra   -    -    ra
liabilities/holiday          -     ra   -    -    ra
liabilities/reading          -     ra   -    -    ra
liabilities/bankrate         -     r    -    -    r
liabilities/reminderrule     -     ra   -    -    ra
liabilities/importrun        -     ra   -    -    ra
liabilities/missingdue       -     r    -    -    r
liabilities/duesource        -     ra   -    -    ra
liabilities/apitoken         -     ra   -    -    ra
payments/payment             -     r    -    -    r
payments/statementfile       -     ra   -    -    ra
payments/bankstatement       -     r    -    -    r
payments/bankentry           -     r    -    -    r
payments/virtualaccount      -     r    -    -    r
liabilities/postingexport    -     ra   -    -    ra
payments/payout              -     r    -    -    r
payments/refund              -     r    -    -    r
payments/reversal            -     r    -    -    r
"""
ROW = "<path:object_id>/"
# The administrator's role (the last column above is an account of the command line, which may do everything): these
# tables, these pages, and what every member of staff may open; everything else of the office is shut.
MANAGER_READS = (
    *("residents/account", "notifications/gatewayrest", "notifications/spending", "notifications/suppressedaddress"),
    *("notifications/texttemplate", "consents/topic", "core/auditentry", "core/retentionrule", "core/inboundevent"),
)
MANAGER_WRITES = ("residents/lookreason", "notifications/route", "notifications/dailycap")
MANAGER_TABLES = dict.fromkeys(MANAGER_READS, "r") | dict.fromkeys(MANAGER_WRITES, "ra")
MANAGER_PAGES = {
    "urzad/notifications/spending/statystyka/": "200",
    "urzad/notifications/spending/statystyka.csv": "200",
    "urzad/residents/account/<int:pk>/rola/": "200",
    "urzad/residents/account/<path:object_id>/give_role/": "go",
    "urzad/residents/account/<int:pk>/drugi-skladnik/": "200",
    "urzad/residents/account/<int:pk>/wyloguj/": "200",
    "urzad/residents/account/<path:object_id>/remove_factor/": "go",
    "urzad/residents/account/<path:object_id>/sign_out/": "go",
    "urzad/^(?P<app_label>…)/$": "200",
}


def _lines(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines() if not line.startswith("#")]


def _of_office(table: str, letters: dict[str, str]) -> dict[str, dict[str, str]]:
    """The six pages that admin makes for a table, with what they answer."""

    def answers(letter: str) -> dict[str, str]:
        return {who: "200" if letter in may else "403" for who, may in letters.items()}

    base = f"urzad/{table}/"
    pages = {"": "r", "add/": "a", f"{ROW}history/": "r", f"{ROW}change/": "r", f"{ROW}delete/": "d"}
    return {f"{base}{tail}": answers(letter) for tail, letter in pages.items()} | {
        f"{base}{ROW}": dict.fromkeys(letters, "go")
    }


def doors() -> dict[str, dict[str, str]]:
    """Route → who → what they are answered."""
    found = {"" if route == "/" else route: dict(zip(CAST, answers, strict=True)) for route, *answers in _lines(PAGES)}
    outside = dict.fromkeys(CAST[:4], "desk")
    for table, *letters in _lines(OFFICE):
        for route, answers in _of_office(table, dict(zip(STAFF, letters, strict=True))).items():
            found[route] = outside | answers
    return found


def manager_doors() -> dict[str, str]:
    """Office's route → what the administrator's role is answered."""
    found = {}
    for route, answers in doors().items():
        if route.startswith("urzad/"):
            given = {answers[who] for who in STAFF}
            found[route] = given.pop() if len(given) == 1 else "403"
    for table, letters in MANAGER_TABLES.items():
        found |= {route: answers["manager"] for route, answers in _of_office(table, {"manager": letters}).items()}
    return found | MANAGER_PAGES
