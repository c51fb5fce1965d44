using System.Globalization;
using System.Text;
using CloudDav.Server.Api;
using CloudDav.Server.Hosting;
using CloudDav.Server.Refusals;
using CloudDav.Vault;
using Microsoft.AspNetCore.Http.Features;

namespace CloudDav.Server.Changes;

/// <summary>
/// Tells programs that something changed, so that they need not ask: by a stream of events, or by an answer that waits. Both say one number for the whole tree, what is mounted in it included; what it is that
/// changed, a sync report or a listing tells. Whoever may not see the tree any more is told so, and the stream ends.
/// </summary>
internal static class ChangeEndpoints
{
    private const int MostSeconds = 60;

    // A line that says nothing, so that no proxy takes a quiet stream for a dead one.
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(25);

    // What time alone takes away, such as the end of a window, is noticed so late at the most.
    private const int HeartbeatsBetweenLooks = 12;

    // A busy upload is no reason to ring at every file.
    private static readonly TimeSpan s_leastPause = TimeSpan.FromSeconds(1);

    public static void Map(CustomerRoutes routes)
    {
        routes
            .Add(
                "GET",
                "/changes",
                "getChanges",
                "Whether anything in the tree has changed, now or within a time",
                AnswerAsync
            )
            .Takes("since", "The stamp of the last answer; left out for the first.")
            .Takes("wait", "How many seconds to wait for a change; at the most 60, by default 0.")
            .Describes(
                "The answer has changed: true as soon as the tree is another one than at since. What changed, a sync-collection report or a listing tells."
            )
            .NeedsNoPlace()
            .Refuses(
                RefusalRule.TooManyListeners,
                RefusalRule.NoRoomForListeners,
                RefusalRule.Suspended,
                RefusalRule.Restricted
            );
        routes
            .AddRaw(
                ["GET"],
                "/changes/stream",
                "streamChanges",
                "A stream of server-sent events, one whenever the tree has changed",
                "text/event-stream",
                StreamAsync
            )
            .Describes(
                "The first event says what the tree is now, each further one that it has changed; their id and data hold the stamp. An event named end says why there will be no more."
            )
            .NeedsNoPlace()
            .Refuses(
                RefusalRule.TooManyListeners,
                RefusalRule.NoRoomForListeners,
                RefusalRule.Suspended,
                RefusalRule.Restricted
            );
    }

    private static async ValueTask<VaultResult<ChangeNews>> AnswerAsync(CustomerCall call)
    {
        var since = call.Asked("since");
        var wait = TimeSpan.FromSeconds(Math.Min(call.Asked("wait") ?? 0, MostSeconds));
        var tree = TreeOf(call.Get<VaultParts>(), call.Actor);
        var watch = call.Get<ChangeWatch>();
        var time = TimeProvider.System;
        var listening = watch.Listen(call.Actor);
        if (listening.Refusal is { } full)
            return full;
        using var listener = listening.Value;
        var begun = time.GetTimestamp();
        while (true)
        {
            var pulse = await tree.PulseAsync(call.Stop);
            if (pulse.Refusal is { } refusal)
                return refusal;
            var left = wait - time.GetElapsedTime(begun);
            var isNews = pulse.Value.Stamp != since;
            if (isNews || left <= TimeSpan.Zero || watch.Stopping.IsCancellationRequested)
                return new ChangeNews(pulse.Value.Stamp, isNews);
            listener.Follow(pulse.Value.Vaults);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(
                call.Stop,
                watch.Stopping
            );
            try
            {
                await listener.WaitAsync(left, end.Token);
            }
            catch (OperationCanceledException) when (!call.Stop.IsCancellationRequested)
            {
                // The server is to stop: the answer is that nothing changed.
            }
        }
    }

    private static async Task StreamAsync(HttpContext context)
    {
        var parts = context.RequestServices.GetRequiredService<VaultParts>();
        var watch = context.RequestServices.GetRequiredService<ChangeWatch>();
        var actor = context.Features.Get<Actor>()!;
        var tree = TreeOf(parts, actor);
        var listening = watch.Listen(actor);
        if (listening.Refusal is { } full)
        {
            await new ProblemResult(full, tree.Language).ExecuteAsync(context);
            return;
        }
        using var listener = listening.Value;
        var pulse = await tree.PulseAsync(context.RequestAborted);
        if (pulse.Refusal is { } refusal)
        {
            await new ProblemResult(refusal, tree.Language).ExecuteAsync(context);
            return;
        }
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        // nginx would keep events back.
        response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted,
            watch.Stopping
        );
        try
        {
            await WriteAsync(response, $"retry: 5000\n{EventOf(pulse.Value)}");
            await FollowAsync(response, tree, listener, pulse.Value, end.Token);
        }
        catch (OperationCanceledException) when (watch.Stopping.IsCancellationRequested)
        {
            // The client comes back by itself, to a node that goes on.
        }
    }

    private static async Task FollowAsync(
        HttpResponse response,
        VaultTree tree,
        ChangeListener listener,
        TreePulse last,
        CancellationToken stop
    )
    {
        var beats = 0;
        while (true)
        {
            listener.Follow(last.Vaults);
            if (
                !await listener.WaitAsync(s_heartbeat, stop)
                && ++beats % HeartbeatsBetweenLooks != 0
            )
            {
                await WriteAsync(response, ":\n\n");
                continue;
            }
            var pulse = await tree.PulseAsync(stop);
            if (pulse.Refusal is { } refusal)
            {
                var answer = response
                    .HttpContext.RequestServices.GetRequiredService<RefusalDesk>()
                    .Answer(response.HttpContext, refusal);
                await WriteAsync(response, $"event: end\ndata: {answer.ToProblem().Status}\n\n");
                return;
            }
            var isNews = pulse.Value.Stamp != last.Stamp;
            last = pulse.Value;
            if (!isNews)
                continue;
            await WriteAsync(response, EventOf(last));
            await Task.Delay(s_leastPause, stop);
        }
    }

    private static VaultTree TreeOf(VaultParts parts, Actor actor) =>
        parts.Vaults.OpenTree(actor, new Vault.SessionOptions { Door = Door.App });

    private static string EventOf(TreePulse pulse)
    {
        var stamp = pulse.Stamp.ToString(CultureInfo.InvariantCulture);
        return $"id: {stamp}\ndata: {{\"stamp\":{stamp}}}\n\n";
    }

    private static async Task WriteAsync(HttpResponse response, string text)
    {
        await response.BodyWriter.WriteAsync(
            Encoding.ASCII.GetBytes(text),
            response.HttpContext.RequestAborted
        );
    }
}

/// <summary>What a tree is now.</summary>
/// <param name="Stamp">To be given as <c>since</c> the next time.</param>
/// <param name="Changed">Whether it is another one than at <c>since</c>.</param>
internal sealed record ChangeNews(long Stamp, bool Changed);
