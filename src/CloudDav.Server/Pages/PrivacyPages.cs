using System.Text.Json;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Vault;
using Microsoft.Extensions.Primitives;

namespace CloudDav.Server.Pages;

/// <summary>Who else processes the customer's data, with objecting to it; what the operator has to tell about breaches; and all that is known of the person, to take along.</summary>
internal static class PrivacyPages
{
    /// <summary>Where sub-processors and the own data are.</summary>
    public const string Path = AccountPages.Root + "/privacy";

    /// <summary>Where notices of breaches are.</summary>
    public const string NoticesPath = AccountPages.Root + "/notices";

    private const string DataPath = AccountPages.Root + "/data.json";
    private const string Processor = "processor";
    private const string Reason = "reason";
    private const int MostReason = 2000;
    private const int LogPart = 200;

    private static readonly JsonSerializerOptions s_json = JsonOptions();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPage(Path, ShowAsync);
        routes.MapForm(Path, AccountPages.Root, ObjectAsync);
        routes.MapPage(NoticesPath, ShowNoticesAsync);
        routes.MapPage(DataPath, SendDataAsync);
    }

    private static async Task ShowAsync(Visit visit, BrowserSession session)
    {
        var (words, desk) = (AccountWords.In(visit.Language), visit.Get<CustomerDesk>());
        var found = await desk.ListSubProcessorsAsync(session.Actor, visit.Stop);
        var account = await desk.FindOverviewAsync(session.Actor, visit.Stop);
        if ((found.Refusal ?? account.Refusal) is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        await AccountPages.ShowAsync(
            visit,
            Path,
            words.Privacy,
            Html.Of(
                $"""
                <p>{words.PrivacyText}</p>
                <h2>{words.Processors}</h2>
                {(
                    found.Value.SubProcessors.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoProcessors}</p>""")
                        : Html.Each(
                            found.Value.SubProcessors,
                            entry => Show(visit, found.Value, entry, account.Value.HouseholdOwner is null)
                        )
                )}
                <h2>{words.OwnData}</h2>
                <p>{words.OwnDataText}</p>
                <p><a class="button" href="{DataPath}" download>{words.DownloadData}</a></p>
                """
            )
        );
    }

    private static Html Show(
        Visit visit,
        SubProcessorOverview seen,
        Entry<SubProcessor> entry,
        bool isOwner
    )
    {
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        var own = seen.Objections.FirstOrDefault(objection =>
            objection.Body.SubProcessor == entry.Id
        );
        return Html.Of(
            $"""
            <section class="entry" aria-labelledby="processor-{entry.Id}">
            <h3 id="processor-{entry.Id}">{entry.Body.Name}</h3>
            <p>{entry.Body.Task.In(visit.Language)}</p>
            <dl class="facts">
            {AccountPages.Fact(words.Country, entry.Body.Country)}
            {AccountPages.Fact(words.Basis, entry.Body.TransferBasis)}
            {AccountPages.Fact(words.FromDay, reader.DayOf(entry.Since))}
            </dl>
            {(
                own is not null
                    ? Html.Of(
                        $"""
                        <div class="done"><p>{words.Objected(reader.MomentOf(own.Since))} {(
                            own.Body.Answer is { } answer
                                ? $"{words.Answer}: {answer}"
                                : words.NoAnswer
                        )}</p></div>
                        """
                    )
                : entry.Body.ObjectionsUntil is { } until && until > seen.Decision.Now && isOwner
                    ? Html.Of(
                        $"""
                        <p>{words.ObjectUntil(reader.MomentOf(until))}</p>
                        {visit.FormTo(Path)}
                        <input type="hidden" name="{Processor}" value="{entry.Id}">
                        <label for="reason-{entry.Id}">{words.Why}</label>
                        <textarea id="reason-{entry.Id}" name="{Reason}" maxlength="{MostReason}" rows="2"></textarea>
                        <button class="second" aria-label="{words.ObjectTo(entry.Body.Name)}">{words.Object}</button>
                        </form>
                        """
                    )
                : Html.None
            )}
            </section>
            """
        );
    }

    private static async Task ObjectAsync(
        Visit visit,
        BrowserSession session,
        IReadOnlyDictionary<string, StringValues> form
    )
    {
        if (form.Number(Processor) is { } processor)
        {
            var reason = form.One(Reason)?.Trim();
            var raised =
                reason?.Length > MostReason
                    ? new Refusal(RefusalRule.InvalidInput) { Field = Reason }
                    : await visit
                        .Get<CustomerDesk>()
                        .ObjectAsync(
                            session.Actor,
                            processor,
                            string.IsNullOrEmpty(reason) ? null : reason,
                            visit.Stop
                        );
            if (raised.Refusal is { } refusal)
            {
                await visit.ShowAsync(refusal, Path);
                return;
            }
        }
        visit.GoTo(Path);
    }

    private static async Task ShowNoticesAsync(Visit visit, BrowserSession session)
    {
        var (words, reader) = (AccountWords.In(visit.Language), visit.Reader);
        var found = await visit.Get<CustomerDesk>().ListBreachesAsync(session.Actor, visit.Stop);
        if (found.Refusal is { } refusal)
        {
            await visit.ShowAsync(refusal, AccountPages.Root);
            return;
        }
        await AccountPages.ShowAsync(
            visit,
            NoticesPath,
            words.Notices,
            Html.Of(
                $"""
                <p>{words.NoticesHint}</p>
                {(
                    found.Value.Notices.Count == 0
                        ? Html.Of($"""<p class="quiet">{words.NoNotices}</p>""")
                        : Html.Each(
                            found.Value.Notices,
                            notice =>
                                Html.Of(
                                    $"""
                                    <section class="entry">
                                    <h2>{words.BreachOf(reader.DayOf(notice.Since))}</h2>
                                    <p>{notice.Body.Nature.In(visit.Language)}</p>
                                    {(
                                        notice.Account is null
                                            ? Html.Of($"""<p class="quiet">{words.Everybody}</p>""")
                                            : Html.None
                                    )}
                                    <dl class="facts">
                                    {AccountPages.Fact(
                                        words.Happened,
                                        notice.Body.Happened is { } happened
                                            ? reader.MomentOf(happened)
                                            : null
                                    )}
                                    {AccountPages.Fact(
                                        words.Discovered,
                                        reader.MomentOf(notice.Body.Discovered)
                                    )}
                                    {AccountPages.Fact(
                                        words.Done,
                                        notice.Body.Measures?.In(visit.Language)
                                    )}
                                    {AccountPages.Fact(words.Ask, notice.Body.Contact)}
                                    </dl>
                                    </section>
                                    """
                                )
                        )
                )}
                """
            )
        );
    }

    // Everything that the API shows of the account, in its shapes; the log part by part, however long it is.
    private static async Task SendDataAsync(
        HttpContext context,
        Visit visit,
        BrowserSession session
    )
    {
        var actor = session.Actor;
        var desk = visit.Get<CustomerDesk>();
        var account = await desk.FindOverviewAsync(actor, visit.Stop);
        var devices = await desk.ListDevicesAsync(actor, visit.Stop);
        var terms = await desk.FindTermsAsync(actor, visit.Stop);
        var processors = await desk.ListSubProcessorsAsync(actor, visit.Stop);
        var breaches = await desk.ListBreachesAsync(actor, visit.Stop);
        var log = await desk.ReadAccessLogAsync(actor, null, long.MaxValue, LogPart, visit.Stop);
        if (
            (
                account.Refusal
                ?? devices.Refusal
                ?? terms.Refusal
                ?? processors.Refusal
                ?? breaches.Refusal
                ?? log.Refusal
            ) is
            { } refusal
        )
        {
            await visit.ShowAsync(refusal, Path);
            return;
        }
        var response = context.Response;
        response.ContentType = "application/json";
        response.Headers.ContentDisposition = "attachment; filename=\"account.json\"";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        await using var writer = new Utf8JsonWriter(
            response.BodyWriter,
            new JsonWriterOptions { Indented = true }
        );
        writer.WriteStartObject();
        Write("account", AccountBody.Of(account.Value, visit.Language));
        Write("devices", devices.Value.Select(device => DeviceBody.Of(device, actor)));
        Write("terms", TermsBody.Of(terms.Value, visit.Language));
        Write("subProcessors", SubProcessorList.Of(processors.Value, visit.Language).Items);
        Write(
            "breachNotices",
            breaches.Value.Notices.Select(notice => BreachNoticeBody.Of(notice, visit.Language))
        );
        writer.WriteStartArray("accessLog");
        while (true)
        {
            foreach (var entry in log.Value.Entries)
                JsonSerializer.Serialize(
                    writer,
                    AccessLogEntry.Of(entry.Entry, log.Value.Names),
                    s_json
                );
            await writer.FlushAsync(visit.Stop);
            await response.BodyWriter.FlushAsync(visit.Stop);
            if (log.Value.Entries is not [.., { Number: > 1 } last])
                break;
            log = await desk.ReadAccessLogAsync(actor, null, last.Number, LogPart, visit.Stop);
            if (!log.IsSuccess)
            {
                // Half a file must not look like a whole one.
                context.Abort();
                return;
            }
        }
        writer.WriteEndArray();
        writer.WriteEndObject();

        void Write<T>(string name, T value)
        {
            writer.WritePropertyName(name);
            JsonSerializer.Serialize(writer, value, s_json);
        }
    }

    private static JsonSerializerOptions JsonOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        StrictJson.Configure(options);
        return options;
    }
}
