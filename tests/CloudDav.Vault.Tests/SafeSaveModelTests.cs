using System.Globalization;
using System.Text;

namespace CloudDav.Vault.Tests;

/// <summary>
/// Random writes, moves, copies, deletions, locks and pauses of two devices: after every step each place has the file, by its id, with the content and the
/// properties that a simple model of saving says. Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class SafeSaveModelTests
{
    private const int Steps = 60;

    private static readonly string[] s_places =
    [
        "a",
        "a.bak",
        "a~",
        "b",
        "d/a",
        "d/b.tmp",
        "a.sb-1a2b3c4d-abcdef/a",
    ];

    /// <summary>What a model leaves out of the rule.</summary>
    public enum Forgotten
    {
        Nothing,
        Devices,
        Window,
        Age,
        Revision,
        Deletion,
    }

    [Fact]
    public async Task Ids_contents_and_properties_are_what_a_simple_model_says()
    {
        var (first, count) = RandomPlay.Choose(few: 60, whole: 300, many: 3_000);
        if (await FindDifferenceAsync(first, count, Forgotten.Nothing) is { } found)
            Assert.Fail(found);
    }

    /// <summary>A test that cannot fail proves nothing: what a model does not know must be found.</summary>
    [Theory]
    [InlineData(Forgotten.Devices)]
    [InlineData(Forgotten.Window)]
    [InlineData(Forgotten.Age)]
    [InlineData(Forgotten.Revision)]
    [InlineData(Forgotten.Deletion)]
    public async Task Every_part_of_the_rule_is_met(Forgotten forgotten)
    {
        TestEngine.RequireNear();
        Assert.NotNull(await FindDifferenceAsync(1, 600, forgotten));
    }

    private static async Task<string?> FindDifferenceAsync(
        int first,
        int count,
        Forgotten forgotten
    )
    {
        await using var cloud = new TestVault(isInMemory: true);
        for (var seed = first; seed < first + count; seed++)
        {
            var run = new Run(cloud, new Random(seed), forgotten);
            if (await run.PlayAsync(seed) is { } difference)
                return $"CLOUDDAV_TESTS_SEED={seed}\n{run.Story}\n{difference}";
        }
        await cloud.CheckAsync();
        return null;
    }

    private sealed class File(NodeId id, string text, DateTimeOffset born)
    {
        public NodeId Id { get; } = id;
        public string Text { get; set; } = text;
        public DateTimeOffset Born { get; } = born;

        /// <summary>What it says of its beginning; that of what was put aside is the original's.</summary>
        public DateTimeOffset Created { get; init; } = born;

        /// <summary>Another object with every content.</summary>
        public object Revision { get; set; } = new();
        public Dictionary<string, string> Properties { get; init; } = new(StringComparer.Ordinal);
    }

    private sealed record Aside(File File, int Device, DateTimeOffset At, object Revision);

    private sealed class Run(TestVault cloud, Random random, Forgotten forgotten)
    {
        private readonly SortedDictionary<string, File> _files = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Aside> _asides = new(StringComparer.Ordinal);
        private readonly HashSet<NodeId> _ids = [];
        private readonly StringBuilder _story = new();
        private VaultSession[] _devices = [];

        public string Story => _story.ToString();

        private DateTimeOffset Now => cloud.Time.GetUtcNow();

        public async Task<string?> PlayAsync(int seed)
        {
            var actor = await cloud.AddActorAsync($"a{seed}");
            _devices =
            [
                cloud.Session(await cloud.AddDeviceAsync(actor, "laptop")),
                cloud.Session(await cloud.AddDeviceAsync(actor, "phone")),
            ];
            await _devices[0].MakeFolderAsync("/d");
            await _devices[0].MakeFolderAsync("/a.sb-1a2b3c4d-abcdef");
            for (var i = 0; i < Steps; i++)
                if ((await StepAsync() ?? await CompareAsync()) is { } difference)
                    return difference;
            return null;
        }

        private async Task<string?> StepAsync()
        {
            var device = random.Next(6) == 0 ? 1 : 0;
            var session = _devices[device];
            var (place, other) = (Pick(), Pick());
            var text = new string((char)('a' + random.Next(26)), random.Next(0, 9));
            switch (random.Next(16))
            {
                case 0 or 1 or 2 or 3:
                    _story.AppendLine(CultureInfo.InvariantCulture, $"{device} PUT {place} {text}");
                    return Arrive(await session.PutAsync(place, text), place, device, text, null);
                case 4 when !_files.ContainsKey(place):
                    _story.AppendLine(CultureInfo.InvariantCulture, $"{device} LOCK {place}");
                    var token = (await session.LockAsync(place)).Value.Lock.Token;
                    await session.UnlockAsync(place, token);
                    return Arrive(await session.FindAsync(place), place, device, "", null);
                case <= 11 when _files.TryGetValue(place, out var moved) && place != other:
                    _story.AppendLine(
                        CultureInfo.InvariantCulture,
                        $"{device} MOVE {place} {other}"
                    );
                    var done = await session.MoveAsync(place, other);
                    if (!done.IsSuccess)
                        return done.Refusal!.ToString();
                    _files.Remove(place);
                    if (_files.TryGetValue(other, out var there))
                    {
                        var savesOver =
                            IsTemporary(place)
                            && !IsTemporary(other)
                            && moved.Properties.Count == 0
                            && moved.Created > Now.AddMinutes(-10);
                        if (savesOver)
                            (there.Text, there.Revision) = (moved.Text, moved.Revision);
                        else
                            _files[other] = moved;
                    }
                    else if (Arrive(done, other, device, moved.Text, moved) is { } difference)
                        return difference;
                    if (!IsTemporary(place) && IsTemporary(other))
                        _asides[place] = new(moved, device, Now, moved.Revision);
                    return null;
                case 12 when _files.TryGetValue(place, out var copied) && place != other:
                    _story.AppendLine(
                        CultureInfo.InvariantCulture,
                        $"{device} COPY {place} {other}"
                    );
                    var copy = (await session.CopyAsync(place, other)).Value.Node.Id;
                    _files[other] = new(copy, copied.Text, Now)
                    {
                        Properties = new(copied.Properties, StringComparer.Ordinal),
                    };
                    return _ids.Add(copy) ? null : "an id was used again";
                case 13 when _files.ContainsKey(place):
                    _story.AppendLine(CultureInfo.InvariantCulture, $"{device} DELETE {place}");
                    _files.Remove(place);
                    return (await session.DeleteAsync(place)).Refusal?.ToString();
                case 14 when _files.TryGetValue(place, out var noted):
                    var (name, xml) = ($"{{x}}{random.Next(3)}", $"<p>{text}</p>");
                    _story.AppendLine(
                        CultureInfo.InvariantCulture,
                        $"{device} PROPPATCH {place} {name} {xml}"
                    );
                    noted.Properties[name] = xml;
                    return (
                        await session.PatchAsync(
                            place,
                            new NodePatch { Properties = [(name, xml)] }
                        )
                    ).Refusal?.ToString();
                default:
                    var seconds = random.Next(8) switch
                    {
                        0 => 61,
                        1 => 601,
                        _ => random.Next(1, 20),
                    };
                    _story.AppendLine(CultureInfo.InvariantCulture, $"{seconds} s");
                    cloud.Time.Advance(TimeSpan.FromSeconds(seconds));
                    return null;
            }
        }

        private string? Arrive(
            VaultResult<Changed> result,
            string place,
            int device,
            string text,
            File? newcomer
        ) =>
            result.IsSuccess
                ? Arrive(result.Value.Node.Id, place, device, text, newcomer)
                : result.Refusal!.ToString();

        private string? Arrive(
            VaultResult<Found> result,
            string place,
            int device,
            string text,
            File? newcomer
        ) => Arrive(result.Value.Node.Id, place, device, text, newcomer);

        // Something comes to a place: a new content of what is there, the next version of what was put aside from there, or itself.
        private string? Arrive(NodeId seen, string place, int device, string text, File? newcomer)
        {
            if (_files.TryGetValue(place, out var there))
            {
                (there.Text, there.Revision) = (text, new());
                return null;
            }
            if (Original(place, device, newcomer) is { } original)
            {
                if (original.Place is { } aside)
                    // Its id is a new one, seen with the next comparison.
                    _files[aside] = new(default, original.File.Text, Now)
                    {
                        Created = original.File.Created,
                        Revision = original.File.Revision,
                        Properties = new(original.File.Properties, StringComparer.Ordinal),
                    };
                _files[place] = original.File;
                (original.File.Text, original.File.Revision) = (text, newcomer?.Revision ?? new());
                foreach (var (name, xml) in newcomer?.Properties ?? [])
                    original.File.Properties[name] = xml;
                return null;
            }
            _files[place] = newcomer ?? new(seen, text, Now);
            return newcomer is not null || _ids.Add(seen) ? null : "an id was used again";
        }

        private (File File, string? Place)? Original(string place, int device, File? newcomer)
        {
            if (!_asides.TryGetValue(place, out var aside) || aside.File == newcomer)
                return null;
            var now = _files.FirstOrDefault(one => one.Value == aside.File).Key;
            if (
                aside.Device != device && forgotten != Forgotten.Devices
                || aside.At <= Now.AddSeconds(-60) && forgotten != Forgotten.Window
                || newcomer?.Born <= Now.AddMinutes(-10) && forgotten != Forgotten.Age
                || aside.Revision != aside.File.Revision && forgotten != Forgotten.Revision
                || now is null && forgotten != Forgotten.Deletion
                || now is not null && !IsTemporary(now)
            )
                return null;
            return (aside.File, now);
        }

        private async Task<string?> CompareAsync()
        {
            long bytes = 0;
            foreach (var (place, file) in _files.ToList())
            {
                var found = await _devices[0].FindAsync(place, NodeDetails.Properties);
                if (found.Refusal is { } refusal)
                    return $"{place}: {refusal}";
                var node = found.Value.Node;
                var known = file;
                if (file.Id == default)
                {
                    if (!_ids.Add(node.Id))
                        return $"{place}: an id was used again";
                    _files[place] = known = new(node.Id, file.Text, file.Born)
                    {
                        Created = file.Created,
                        Revision = file.Revision,
                        Properties = file.Properties,
                    };
                }
                var (expected, seen) = (
                    Told(known.Id, known.Text, known.Properties),
                    Told(
                        node.Id,
                        await _devices[0].ReadTextAsync(place),
                        node.Properties.ToDictionary(one => one.Name, one => one.Xml)
                    )
                );
                if (expected != seen)
                    return $"{place}: expected {expected}, saw {seen}";
                bytes += node.Size + node.PropertyBytes;
            }
            var used = await _devices[0].UsedAsync();
            return bytes == used ? null : $"{used} bytes are used and not {bytes}";
        }

        private static string Told(NodeId id, string text, Dictionary<string, string> properties) =>
            $"{id.Value} '{text}' {string.Join(' ', properties.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Key + one.Value))}";

        private string Pick() => s_places[random.Next(s_places.Length)];

        private static bool IsTemporary(string place) =>
            place.EndsWith(".bak", StringComparison.Ordinal)
            || place.EndsWith(".tmp", StringComparison.Ordinal)
            || place.EndsWith('~')
            || place.Contains(".sb-", StringComparison.Ordinal);
    }
}
