using System.Globalization;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Server.Options;
using CloudDav.Server.Pages;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using static System.FormattableString;

namespace CloudDav.Server.Operator;

/// <summary>
/// The operator's console: pages over the operator's own API, which is asked in this process with the token of whoever is signed in. So nobody can do here what their token does not allow there, a form
/// that comes twice is one command, and every act is recorded as that of the token's subject. Whatever that API shows is shown, which is never a name of content.
/// </summary>
internal static class ConsolePages
{
    /// <summary>Where it is.</summary>
    public const string Root = "/operator/console";

    private const string SignIn = Root + "/sign-in";
    private const string SignOut = Root + "/sign-out";
    private const string Accounts = Root + "/accounts";
    private const string Platform = Root + "/platform";
    private const string Destructions = Root + "/destructions";
    private const string Queue = Root + "/queue";
    private const string Acts = Root + "/acts";

    private const string Token = "token";
    private const string Act = "act";
    private const string Account = "account";
    private const string Measure = "measure";
    private const string Command = "command";
    private const string Part = "part";
    private const string Reason = "reason";
    private const string WordsIn = "words-";
    private const string LastDay = "last-day";
    private const string Item = "item";
    private const string Link = "link";
    private const string LegalOrder = "legal-order";
    private const string Mode = "mode";
    private const string EndsAt = "ends-at";
    private const string Cursor = "cursor";
    private const string Customer = "customer";
    private const string Name = "signInName";

    private static readonly string[] s_parts =
    [
        "whole",
        "upload",
        "download",
        "share",
        "shareWithFriends",
        "tv",
    ];

    private static readonly string[] s_languages = ["nl", "fr", "de", "en"];

    // What is lifted where; of legal holds the console knows nothing.
    private static readonly Dictionary<string, string> s_lifted = new(StringComparer.Ordinal)
    {
        ["suspension"] = "suspensions",
        ["restriction"] = "restrictions",
        ["block"] = "blocks",
        ["shareBlock"] = "share-blocks",
        ["protection"] = "protections",
    };

    public static void Map(IEndpointRouteBuilder routes)
    {
        if (
            routes.ServiceProvider.GetRequiredService<IOptions<OperatorOptions>>().Value.Authority
            is null
        )
            return;
        Page(Root, ShowHomeAsync);
        Page(Accounts, ShowAccountAsync);
        Page(Platform, ShowPlatformAsync);
        Page(Destructions, ShowDestructionsAsync);
        Page(Queue, ShowQueueAsync);
        routes.MapPost(SignIn, SignInAsync);
        routes.MapPost(
            SignOut,
            async context =>
            {
                var visit = Visit.OfAnybody(context);
                if (await visit.ReadFormAsync() is not null)
                    visit.Get<ConsoleCookie>().Give(context, token: null, Root);
                visit.GoTo(Root);
            }
        );
        routes.MapPost(
            Acts,
            context => OpenAsync(context, (visit, token) => ActAsync(context, visit, token))
        );

        void Page(string path, Func<HttpContext, Visit, string, Task> show) =>
            routes.MapMethods(
                path,
                ["GET", "HEAD"],
                context => OpenAsync(context, (visit, token) => show(context, visit, token))
            );
    }

    private static Task OpenAsync(HttpContext context, Func<Visit, string, Task> show)
    {
        var visit = Visit.OfAnybody(context);
        return visit.Get<ConsoleCookie>().TokenOf(context.Request) is { } token
            ? show(visit, token)
            : AskAsync(visit, problem: null);
    }

    private static Task AskAsync(Visit visit, string? problem)
    {
        var words = ConsoleWords.In(visit.Language);
        return visit.ShowAsync(
            problem is null ? StatusCodes.Status200OK : StatusCodes.Status403Forbidden,
            words.Title,
            Html.Of(
                $"""
                {(
                    problem is null
                        ? Html.None
                        : Html.Of($"""<p class="alert" role="alert">{problem}</p>""")
                )}
                <p>{words.SignInHint}</p>
                {visit.FormTo(SignIn)}
                <label for="{Token}">{words.Token}</label>
                <input id="{Token}" name="{Token}" type="password" autocomplete="off" maxlength="{ConsoleCookie.MostToken}" required>
                <button>{visit.Words.SignIn}</button>
                </form>
                """
            )
        );
    }

    private static async Task SignInAsync(HttpContext context)
    {
        var visit = Visit.OfAnybody(context);
        if (await visit.ReadFormAsync() is not { } form)
        {
            await AskAsync(visit, visit.TooOld);
            return;
        }
        var token = form.One(Token)?.Trim() ?? "";
        // Whoever has any scope comes in; what it is not for is told where it is asked for.
        var answer = token.Length is > 0 and <= ConsoleCookie.MostToken
            ? await AskApiAsync(context, token, HttpMethods.Get, "/platform")
            : null;
        if (answer?.Status is not (StatusCodes.Status200OK or StatusCodes.Status403Forbidden))
        {
            await AskAsync(
                visit,
                answer?.Status == StatusCodes.Status503ServiceUnavailable
                    ? answer.Problem
                    : ConsoleWords.In(visit.Language).TokenWrong
            );
            return;
        }
        visit.Get<ConsoleCookie>().Give(context, token, Root);
        visit.GoTo(Root);
    }

    private static Task ShowHomeAsync(HttpContext context, Visit visit, string token)
    {
        var words = ConsoleWords.In(visit.Language);
        return ShowAsync(
            visit,
            words.Accounts,
            Html.Of(
                $"""
                <p class="quiet">{words.FindHint}</p>
                <form method="get" action="{Accounts}">
                <label for="{Customer}">{words.Names[Customer]}</label>
                <input id="{Customer}" name="{Customer}" maxlength="64" autocomplete="off">
                <label for="{Name}">{words.Names[Name]}</label>
                <input id="{Name}" name="{Name}" maxlength="255" autocomplete="off" autocapitalize="none" spellcheck="false">
                <button class="short">{words.Find}</button>
                </form>
                """
            ),
            Root
        );
    }

    private static async Task ShowAccountAsync(HttpContext context, Visit visit, string token)
    {
        var words = ConsoleWords.In(visit.Language);
        var asked = context.Request.Query;
        var found = await AskApiAsync(
            context,
            token,
            HttpMethods.Get,
            FilePages.NumberOf(context, Account) is { } number
                ? Invariant($"/accounts/{number}")
                : "/accounts",
            asked.ContainsKey(Account)
                ? ""
                : QueryString
                    .Create(
                        ((string[])[Customer, Name])
                            .Where(field => asked[field].ToString().Trim().Length > 0)
                            .Select(field =>
                                KeyValuePair.Create(field, (string?)asked[field].ToString().Trim())
                            )
                    )
                    .ToString()
        );
        if (!found.IsSuccess)
        {
            await RefuseAsync(context, visit, found);
            return;
        }
        var account = found.Body.GetProperty(Account).GetInt64();
        var evidence = await AskApiAsync(
            context,
            token,
            HttpMethods.Get,
            Invariant($"/accounts/{account}/evidence")
        );
        var measures = found.Body.GetProperty("measures").EnumerateArray().ToList();
        await ShowAsync(
            visit,
            Invariant($"{words.Account} {account}"),
            Html.Of(
                $"""
                {Done(context, words)}
                {Facts(visit, words, found.Body)}
                <h2>{words.Measures}</h2>
                {(
                    measures.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoMeasures}</p>""")
                        : Html.Each(measures, measure => OneOf(visit, words, measure, account))
                )}
                <div class="ways">
                {MeasureForm(visit, words, "suspend", words.Suspend, account, PartFields(words))}
                {MeasureForm(visit, words, "restrict", words.Restrict, account, PartFields(words))}
                {MeasureForm(
                    visit,
                    words,
                    "block",
                    words.Block,
                    account,
                    Html.Of(
                        $"""
                        <p class="quiet">{words.BlockHint}</p>
                        <label for="{Item}">{words.Names["node"]}</label>
                        <input id="{Item}" name="{Item}" inputmode="numeric" pattern="[0-9]+" autocomplete="off" required>
                        {LegalField(words)}
                        """
                    )
                )}
                {MeasureForm(
                    visit,
                    words,
                    "block-link",
                    words.BlockLink,
                    account,
                    Html.Of(
                        $"""
                        <label for="{Link}">{words.Link}</label>
                        <input id="{Link}" name="{Link}" maxlength="2048" autocomplete="off" required>
                        {LegalField(words)}
                        """
                    )
                )}
                </div>
                <h2>{words.History}</h2>
                {(
                    evidence.IsSuccess
                        ? Html.Of(
                            $"""
                            <ul class="list">
                            {Html.Each(
                                evidence.Body.GetProperty("history").EnumerateArray().Take(200),
                                entry =>
                                    Html.Of(
                                        $"""<li><span>{Text(visit, words, entry, "at")} · <code>{Text(visit, words, entry, "act")}</code> · {Text(visit, words, entry, "actor")}</span></li>"""
                                    )
                            )}
                            </ul>
                            """
                        )
                        : Html.Of($"<p>{WhyOf(words, evidence)}</p>")
                )}
                """
            ),
            Root
        );
    }

    private static async Task ShowPlatformAsync(HttpContext context, Visit visit, string token)
    {
        var words = ConsoleWords.In(visit.Language);
        var found = await AskApiAsync(context, token, HttpMethods.Get, "/platform");
        var restricted = await AskApiAsync(
            context,
            token,
            HttpMethods.Get,
            "/restrictions",
            Invariant(
                $"?limit={PageRequest.MostLimit}&cursor={FilePages.NumberOf(context, Cursor) ?? 0}"
            )
        );
        var holding = restricted.IsSuccess
            ? Items(restricted)
                .Where(measure => measure.GetProperty("lifted").ValueKind == JsonValueKind.Null)
                .ToList()
            : [];
        if (!found.IsSuccess && !restricted.IsSuccess)
        {
            await RefuseAsync(context, visit, found);
            return;
        }
        var now = found.IsSuccess ? found.Body.GetProperty(Mode).GetString() : null;
        await ShowAsync(
            visit,
            words.Platform,
            Html.Of(
                $"""
                {Done(context, words)}
                {(
                    found.IsSuccess
                        ? Html.Of(
                            $"""
                            {Facts(visit, words, found.Body)}
                            <div class="ways"><section aria-labelledby="set-mode">
                            <h2 id="set-mode">{words.SetMode}</h2>
                            {Form(visit, "mode", account: null)}
                            <fieldset><legend>{words.Names[Mode]}</legend>
                            {Html.Each(
                                (string[])["normal", "readOnly", "off"],
                                mode =>
                                    Html.Of(
                                        $"""
                                        <label class="choice"><input type="radio" name="{Mode}" value="{mode}" required{(
                                            mode == now ? Html.Of($" checked") : Html.None
                                        )}> {words.Names[mode]}</label>
                                        """
                                    )
                            )}
                            </fieldset>
                            <label for="{EndsAt}">{words.Names["modeEndsAt"]}</label>
                            <input id="{EndsAt}" name="{EndsAt}" type="datetime-local">
                            {WordFields(words, "mode")}
                            <button>{words.SetMode}</button>
                            </form>
                            </section></div>
                            """
                        )
                        : Html.Of($"<p>{WhyOf(words, found)}</p>")
                )}
                {(
                    restricted.IsSuccess
                        ? Html.Of(
                            $"""
                            <h2>{words.Measures}</h2>
                            {(
                                holding.Count == 0
                                    ? Html.Of($"""<p class="quiet">{words.NoMeasures}</p>""")
                                    : Html.Each(
                                        holding,
                                        measure => OneOf(visit, words, measure, account: null)
                                    )
                            )}
                            {More(words, restricted, Platform)}
                            <div class="ways">
                            {MeasureForm(visit, words, "restrict", words.RestrictAll, account: null, PartFields(words))}
                            </div>
                            """
                        )
                        : Html.Of($"<p>{WhyOf(words, restricted)}</p>")
                )}
                """
            ),
            Platform
        );
    }

    private static async Task ShowDestructionsAsync(HttpContext context, Visit visit, string token)
    {
        var words = ConsoleWords.In(visit.Language);
        var found = await AskApiAsync(
            context,
            token,
            HttpMethods.Get,
            "/destructions",
            FilePages.NumberOf(context, Cursor) is { } after ? Invariant($"?cursor={after}") : ""
        );
        if (!found.IsSuccess)
        {
            await RefuseAsync(context, visit, found);
            return;
        }
        var records = Items(found).ToList();
        await ShowAsync(
            visit,
            words.Destructions,
            Html.Of(
                $"""
                {(
                    records.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoDestructions}</p>""")
                        : Html.Each(
                            records,
                            record =>
                                Html.Of(
                                    $"""
                                    <h2>{words.Account} {Text(visit, words, record, Account)}</h2>
                                    {Facts(visit, words, record)}
                                    """
                                )
                        )
                )}
                {More(words, found, Destructions)}
                """
            ),
            Destructions
        );
    }

    private static async Task ShowQueueAsync(HttpContext context, Visit visit, string token)
    {
        var words = ConsoleWords.In(visit.Language);
        var outbox = await AskApiAsync(context, token, HttpMethods.Get, "/platform/outbox");
        var jobs = await AskApiAsync(context, token, HttpMethods.Get, "/platform/jobs");
        if (!outbox.IsSuccess || !jobs.IsSuccess)
        {
            await RefuseAsync(context, visit, outbox.IsSuccess ? jobs : outbox);
            return;
        }
        var failed = outbox.Body.GetProperty("failed").EnumerateArray().ToList();
        await ShowAsync(
            visit,
            words.Queue,
            Html.Of(
                $"""
                {Facts(visit, words, outbox.Body)}
                {(
                    failed.Count == 0
                        ? Html.None
                        : Html.Of(
                            $"""
                            <h2>{words.GivenUp}</h2>
                            {Html.Each(failed, one => Facts(visit, words, one))}
                            """
                        )
                )}
                <h2>{words.Jobs}</h2>
                <ul class="list">
                {Html.Each(
                    Items(jobs),
                    job =>
                        Html.Of(
                            $"""<li><span><code>{Text(visit, words, job, "job")}</code></span> {words.Names["isRunning"]}: {Text(visit, words, job, "isRunning")}</li>"""
                        )
                )}
                </ul>
                """
            ),
            Queue
        );
    }

    private static async Task ActAsync(HttpContext context, Visit visit, string token)
    {
        if (await visit.ReadFormAsync() is not { } form)
        {
            await RefuseAsync(visit, StatusCodes.Status403Forbidden, visit.TooOld);
            return;
        }
        var account = form.Number(Account);
        var (path, body) = form.One(Act) switch
        {
            "suspend" when account is not null => (
                Invariant($"/accounts/{account}/suspensions"),
                Measured(visit, form, ("switches", PartsOf(form)))
            ),
            "restrict" => (
                "/restrictions",
                Measured(visit, form, ("switches", PartsOf(form)), (Account, account))
            ),
            "block" when account is not null => (
                Invariant($"/accounts/{account}/blocks"),
                Measured(
                    visit,
                    form,
                    ("node", form.Number(Item)),
                    ("isLegalOrder", form.One(LegalOrder) is not null)
                )
            ),
            "block-link" => (
                "/share-blocks",
                Measured(
                    visit,
                    form,
                    ("link", form.One(Link)?.Trim()),
                    ("isLegalOrder", form.One(LegalOrder) is not null)
                )
            ),
            "mode" => (
                "/platform/mode",
                With(
                    ("mode", form.One(Mode)),
                    (
                        "endsAt",
                        form.One(EndsAt) is { Length: > 0 } end
                            // What is no moment is refused as no time is.
                            ? visit
                                .Reader.MomentIn(end)
                                ?.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)
                                ?? end
                            : null
                    ),
                    ("words", WordsOf(form))
                )
            ),
            "lift"
                when form.Number(Measure) is { } measure
                    && s_lifted.TryGetValue(form.One("kind") ?? "", out var kind) => (
                Invariant($"/{kind}/{measure}/end"),
                null
            ),
            _ => ("", (JsonObject?)null),
        };
        if (path.Length == 0)
        {
            visit.GoTo(Root);
            return;
        }
        var answer = await AskApiAsync(
            context,
            token,
            HttpMethods.Post,
            path,
            body: body,
            command: form.One(Command)
        );
        if (answer.IsSuccess)
            visit.GoTo(
                account is null
                    ? Platform + "?done"
                    : Invariant($"{Accounts}?{Account}={account}&done")
            );
        else
            await RefuseAsync(context, visit, answer);
    }

    // The door of the operator's API, as if the token's owner had asked it.
    private static async ValueTask<ApiAnswer> AskApiAsync(
        HttpContext context,
        string token,
        string method,
        string path,
        string query = "",
        JsonObject? body = null,
        string? command = null
    )
    {
        // What is known of who asks is kept in the services of a request.
        await using var services = context.RequestServices.CreateAsyncScope();
        var asked = new DefaultHttpContext
        {
            RequestServices = services.ServiceProvider,
            RequestAborted = context.RequestAborted,
            TraceIdentifier = context.TraceIdentifier,
        };
        var request = asked.Request;
        (request.Scheme, request.Host, request.Protocol) = (
            context.Request.Scheme,
            context.Request.Host,
            context.Request.Protocol
        );
        (request.Method, request.Path) = (method, OperatorDoor.Prefix + path);
        request.QueryString = new QueryString(query);
        request.Headers.Authorization = "Bearer " + token;
        request.Headers.AcceptLanguage = context.Request.Headers.AcceptLanguage;
        if (command is not null)
            request.Headers[OperatorRoutes.CommandId] = command;
        if (body is not null)
        {
            var sent = Encoding.UTF8.GetBytes(body.ToJsonString());
            request.ContentType = MediaTypeNames.Application.Json;
            request.ContentLength = sent.Length;
            request.Body = new MemoryStream(sent);
        }
        using var answered = new MemoryStream();
        asked.Response.Body = answered;
        await context
            .RequestServices.GetRequiredService<OperatorDoor>()
            .InvokeAsync(asked, static _ => Task.CompletedTask);
        await asked.Response.BodyWriter.FlushAsync(context.RequestAborted);
        return new(
            asked.Response.StatusCode,
            answered.Length == 0 ? default : JsonElement.Parse(answered.ToArray())
        );
    }

    private static Task RefuseAsync(HttpContext context, Visit visit, ApiAnswer answer)
    {
        var words = ConsoleWords.In(visit.Language);
        if (answer.Status == StatusCodes.Status401Unauthorized)
        {
            visit.Get<ConsoleCookie>().Give(context, token: null, Root);
            return AskAsync(visit, words.TokenWrong);
        }
        return RefuseAsync(visit, answer.Status, WhyOf(words, answer));
    }

    private static Task RefuseAsync(Visit visit, int status, string why)
    {
        var words = ConsoleWords.In(visit.Language);
        return visit.ShowAsync(
            status,
            words.Title,
            Html.Of(
                $"""
                <p class="alert" role="alert">{why}</p>
                <p><a href="{Root}">{visit.Words.Back}</a></p>
                """
            ),
            navigation: Navigation(visit, words, "")
        );
    }

    private static Task ShowAsync(Visit visit, string title, Html content, string area) =>
        visit.ShowAsync(
            StatusCodes.Status200OK,
            title,
            Html.Of(
                $"""
                {Assets.Style("sharing.css")}
                {content}
                """
            ),
            navigation: Navigation(visit, ConsoleWords.In(visit.Language), area)
        );

    private static Html Navigation(Visit visit, ConsoleWords words, string area) =>
        Html.Of(
            $"""
            <header>
            <nav aria-label="{words.Title}">
            {Html.Each(
                ((string Address, string Name)[])
                    [
                        (Root, words.Accounts),
                        (Platform, words.Platform),
                        (Destructions, words.Destructions),
                        (Queue, words.Queue),
                    ],
                way =>
                    Html.Of(
                        $"""<a href="{way.Address}"{(
                            way.Address == area
                                ? Html.Of($""" aria-current="page" """)
                                : Html.None
                        )}>{way.Name}</a> """
                    )
            )}
            </nav>
            {visit.FormTo(SignOut)}
            <button class="second">{visit.Words.SignOut}</button>
            </form>
            </header>
            """
        );

    private static Html MeasureForm(
        Visit visit,
        ConsoleWords words,
        string act,
        string title,
        long? account,
        Html fields
    ) =>
        Html.Of(
            $"""
            <section aria-labelledby="{act}">
            <h2 id="{act}">{title}</h2>
            {Form(visit, act, account)}
            {fields}
            <label for="{act}-{Reason}">{words.Reason}</label>
            <input id="{act}-{Reason}" name="{Reason}" maxlength="64" pattern="[a-z0-9][a-z0-9.\-]*" autocomplete="off" autocapitalize="none" required>
            {WordFields(words, act)}
            <label for="{act}-{LastDay}">{words.LastDay}</label>
            <input id="{act}-{LastDay}" name="{LastDay}" type="date">
            <button>{title}</button>
            </form>
            </section>
            """
        );

    // Each form is one command, however often it is sent.
    private static Html Form(Visit visit, string act, long? account) =>
        Html.Of(
            $"""
            {visit.FormTo(Acts)}
            <input type="hidden" name="{Act}" value="{act}">
            <input type="hidden" name="{Command}" value="{Guid.NewGuid().ToString()}">
            {(
                account is { } number
                    ? Html.Of($"""<input type="hidden" name="{Account}" value="{number}">""")
                    : Html.None
            )}
            """
        );

    private static Html PartFields(ConsoleWords words) =>
        Html.Of(
            $"""
            <fieldset><legend>{words.Parts}</legend>
            {Html.Each(
                s_parts,
                part =>
                    Html.Of(
                        $"""<label class="choice"><input type="checkbox" name="{Part}" value="{part}"> {words.Names[part == "share" ? "sharing" : part]}</label>"""
                    )
            )}
            </fieldset>
            """
        );

    private static Html WordFields(ConsoleWords words, string act) =>
        Html.Of(
            $"""
            <fieldset><legend>{words.ForCustomer}</legend>
            {Html.Each(
                s_languages,
                language =>
                    Html.Of(
                        $"""
                        <label for="{act}-{WordsIn}{language}">{language}</label>
                        <input id="{act}-{WordsIn}{language}" name="{WordsIn}{language}" lang="{language}" maxlength="1000" autocomplete="off">
                        """
                    )
            )}
            </fieldset>
            """
        );

    private static Html LegalField(ConsoleWords words) =>
        Html.Of(
            $"""<label class="choice"><input type="checkbox" name="{LegalOrder}" value="yes"> {words.LegalOrder}</label>"""
        );

    private static Html OneOf(Visit visit, ConsoleWords words, JsonElement measure, long? account)
    {
        var kind = measure.GetProperty("kind").GetString()!;
        return Html.Of(
            $"""
            {Facts(visit, words, measure)}
            {(
                s_lifted.ContainsKey(kind)
                    ? Html.Of(
                        $"""
                        {Form(visit, "lift", account)}
                        <input type="hidden" name="kind" value="{kind}">
                        <input type="hidden" name="{Measure}" value="{Text(visit, words, measure, Measure)}">
                        <button class="second short" aria-label="{words.Lift}: {Text(visit, words, measure, Measure)}">{words.Lift}</button>
                        </form>
                        """
                    )
                    : Html.None
            )}
            """
        );
    }

    private static Html More(ConsoleWords words, ApiAnswer answer, string page) =>
        answer.Body.TryGetProperty("next", out var next) && next.ValueKind == JsonValueKind.String
            ? Html.Of($"""<p><a href="{page}?{Cursor}={next.GetString()}">{words.More}</a></p>""")
            : Html.None;

    private static Html Done(HttpContext context, ConsoleWords words) =>
        context.Request.Query.ContainsKey("done")
            ? Html.Of($"""<div role="status" class="done"><p>{words.Done}</p></div>""")
            : Html.None;

    // What of an answer has a name here and is not empty; what is a list of things of its own is shown by itself.
    private static Html Facts(Visit visit, ConsoleWords words, JsonElement answer) =>
        Html.Of(
            $"""
            <dl class="facts">
            {Html.Each(
                answer
                    .EnumerateObject()
                    .Where(fact => words.Names.ContainsKey(fact.Name))
                    .Select(fact => (fact.Name, Text: TextOf(visit, words, fact.Name, fact.Value)))
                    .Where(fact => fact.Text.Length > 0),
                fact =>
                    Html.Of($"<div><dt>{words.Names[fact.Name]}</dt><dd>{fact.Text}</dd></div>")
            )}
            </dl>
            """
        );

    private static string Text(Visit visit, ConsoleWords words, JsonElement answer, string name) =>
        TextOf(visit, words, name, answer.GetProperty(name));

    private static string TextOf(Visit visit, ConsoleWords words, string name, JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => words.Yes,
            JsonValueKind.False => words.No,
            JsonValueKind.Number when name is "bytes" or "usedBytes" or "capacityBytes" =>
                visit.Reader.SizeOf(value.GetInt64()),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.String when IsTime(name) && value.TryGetDateTimeOffset(out var moment) =>
                visit.Reader.MomentOf(moment),
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Array => string.Join(
                ", ",
                value
                    .EnumerateArray()
                    .Where(one => one.ValueKind == JsonValueKind.String)
                    .Select(one => one.GetString())
            ),
            _ => "",
        };

    private static bool IsTime(string name) =>
        name is "at" or "since" or "until" or "keptUntil" or "serviceClosesNotBefore"
        || name.EndsWith("At", StringComparison.Ordinal);

    private static JsonElement.ArrayEnumerator Items(ApiAnswer answer) =>
        answer.Body.GetProperty("items").EnumerateArray();

    private static string WhyOf(ConsoleWords words, ApiAnswer answer) =>
        answer.Code == "scope-missing" ? words.NotInToken
        : answer.Fields.Length > 0 ? $"{answer.Problem} ({answer.Fields})"
        : answer.Problem;

    private static JsonObject Measured(
        Visit visit,
        IReadOnlyDictionary<string, StringValues> form,
        params (string, JsonNode?)[] more
    ) =>
        With([
            ("reasonCode", form.One(Reason)?.Trim()),
            ("words", WordsOf(form)),
            (
                "until",
                form.One(LastDay) is { Length: > 0 } day
                    // What is no day is refused as no time is.
                    ? ShareEndpoints.EndOf(day, visit.Reader.Zone) is { } end
                        ? end.UtcDateTime.ToString("o", CultureInfo.InvariantCulture)
                        : day
                    : null
            ),
            .. more,
        ]);

    private static JsonObject With(params (string Name, JsonNode? Value)[] fields)
    {
        var body = new JsonObject();
        foreach (var (name, value) in fields)
        {
            if (value is not null)
                body[name] = value;
        }
        return body;
    }

    private static JsonObject? WordsOf(IReadOnlyDictionary<string, StringValues> form)
    {
        var words = With([
            .. s_languages.Select(language =>
                (
                    language,
                    (JsonNode?)(
                        form.One(WordsIn + language)?.Trim() is { Length: > 0 } text ? text : null
                    )
                )
            ),
        ]);
        return words.Count > 0 ? words : null;
    }

    private static JsonArray PartsOf(IReadOnlyDictionary<string, StringValues> form) =>
        new([
            .. (form.TryGetValue(Part, out var parts) ? parts : default).Select(part =>
                (JsonNode?)part
            ),
        ]);

    // What the API said.
    private sealed record ApiAnswer(int Status, JsonElement Body)
    {
        public bool IsSuccess => Status is >= 200 and < 300;

        private string Member(string name) =>
            Body.ValueKind == JsonValueKind.Object
            && Body.TryGetProperty(name, out var value)
            && value.ValueKind == JsonValueKind.String
                ? value.GetString()!
                : "";

        public string Problem => Member("detail");

        public string Code => Member("code");

        // The fields that are wrong, by their names.
        public string Fields =>
            Body.ValueKind == JsonValueKind.Object
            && Body.TryGetProperty("errors", out var errors)
            && errors.ValueKind == JsonValueKind.Array
                ? string.Join(
                    ", ",
                    errors.EnumerateArray().Select(error => error.GetProperty("field").GetString())
                )
                : "";
    }
}
