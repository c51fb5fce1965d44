using System.Text;
using static CloudDav.Vault.Tests.Uploads.UploadSteps;

namespace CloudDav.Vault.Tests.Uploads;

/// <summary>
/// Random uploads of two accounts: parts out of order, replaced, dropped and refused, uploads given up, expired and finished, each step by a process that knows nothing of the one before. After
/// every step files, room and held bytes are what a simple model says, and the invariants of the metadata hold. Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class UploadModelTests
{
    private const int Steps = 40;
    private const long Capacity = 400_000;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_room_and_held_bytes_are_what_a_simple_model_says()
    {
        var (first, count) = RandomPlay.Choose(few: 5, whole: 25, many: 1_000);
        for (var seed = first; seed < first + count; seed++)
        {
            await using var cloud = new TestVault(
                new VaultLimits { InlineBytes = 2_000 },
                isInMemory: true
            );
            var run = new Run(cloud, new Random(seed));
            if (await run.PlayAsync() is { } difference)
                Assert.Fail($"CLOUDDAV_TESTS_SEED={seed}\n{run.Story}\n{difference}");
        }
    }

    private sealed class Sending(long? total, DateTimeOffset expires)
    {
        public long? Total { get; } = total;
        public DateTimeOffset Expires { get; set; } = expires;
        public SortedDictionary<long, byte[]> Parts { get; } = [];

        public long Received => Parts.Values.Sum(part => part.Length);

        /// <summary>The room that the vault gave it.</summary>
        public long Held { get; set; }

        public long Wanted => Math.Max(Total ?? 0, Received);

        public byte[] Whole => [.. Parts.Values.SelectMany(part => part)];
    }

    private sealed class Person(Actor actor)
    {
        public Actor Actor { get; } = actor;
        public Dictionary<string, Sending> Uploads { get; } = [];
        public Dictionary<string, byte[]> Files { get; } = [];

        public long Used => Files.Values.Sum(file => file.Length);

        public long Held(DateTimeOffset now) =>
            Uploads.Values.Where(upload => upload.Expires > now).Sum(upload => upload.Held);
    }

    private sealed class Run(TestVault cloud, Random random)
    {
        private readonly StringBuilder _story = new();

        public string Story => _story.ToString();

        private DateTimeOffset Now => cloud.Time.GetUtcNow();

        public async Task<string?> PlayAsync()
        {
            var people = new List<Person>();
            foreach (var name in (string[])["ann", "ben"])
                people.Add(new Person(await cloud.AddActorAsync(name, Capacity)));
            for (var step = 0; step < Steps; step++)
            {
                var person = people[random.Next(people.Count)];
                if (await StepAsync(person) is { } wrong)
                    return wrong;
                foreach (var one in people)
                {
                    var vault = (await cloud.Session(one.Actor).FindAsync("/")).Value.Vault;
                    if ((vault.UsedBytes, vault.HeldBytes) != (one.Used, one.Held(Now)))
                        return $"used {vault.UsedBytes} of {one.Used}, held {vault.HeldBytes} of {one.Held(Now)}";
                    var broken = await cloud.Metadata.InspectAsync(one.Actor.Vault, Now, Stop);
                    if (broken.Count > 0)
                        return string.Join('\n', broken);
                }
            }
            foreach (var person in people)
            foreach (var (path, bytes) in person.Files)
                if (
                    !(await cloud.Session(person.Actor).ReadAsync(path))
                        .AsSpan()
                        .SequenceEqual(bytes)
                )
                    return $"{path} is another one";
            cloud.Time.Advance(TimeSpan.FromDays(2));
            await new UploadSweep(cloud.Metadata, cloud.Time).RunAsync(Stop);
            cloud.Time.Advance(TimeSpan.FromDays(2));
            await new BlobSweeper(cloud.Blobs, cloud.Ledger, cloud.Time, new()).SweepAsync(Stop);
            await cloud.CheckAsync();
            var inspector = new ContentInspector(cloud.Blobs, cloud.Ledger, cloud.Keys);
            await foreach (var problem in inspector.InspectAsync(isDeep: true, Stop))
                return problem.ToString();
            return await cloud.CountAsync("holds") == 0 ? null : "something is held";
        }

        private async Task<string?> StepAsync(Person person)
        {
            var tree = cloud.Open(cloud.Metadata).OpenTree(person.Actor, new SessionOptions());
            var text = $"{random.Next(3)}";
            var name = Chunks(text);
            var upload = person.Uploads.GetValueOrDefault(text);
            if (upload?.Expires <= Now)
                upload = null;
            var free = Capacity - person.Used - person.Held(Now);
            switch (random.Next(12))
            {
                case 0:
                    cloud.Time.Advance(TimeSpan.FromHours(random.Next(1, 20)));
                    Tell($"time passes to {Now:g}");
                    return null;
                case 1:
                    await new UploadSweep(cloud.Metadata, cloud.Time).RunAsync(Stop);
                    Tell("sweep");
                    return null;
                case 2 or 3:
                    long? total = random.Next(2) == 0 ? null : random.Next(200_000);
                    var began = await tree.BeginAsync(name, total);
                    Tell($"{person.Actor.Name} begins {text} of {total}: {began.Refusal?.Rule}");
                    if (upload is not null)
                        return Differs(RefusalRule.AlreadyExists, began.Refusal);
                    person.Uploads[text] = new Sending(total, Now + cloud.Limits.UploadIdle)
                    {
                        Held = total <= free ? total.Value : 0,
                    };
                    return Differs(null, began.Refusal);
                case 4:
                    var dropped = await tree.DropUploadAsync(name, Stop);
                    Tell($"{person.Actor.Name} drops {text}: {dropped.Refusal?.Rule}");
                    person.Uploads.Remove(text);
                    return Differs(upload is null ? RefusalRule.NotFound : null, dropped.Refusal);
                case 5:
                    var number = random.Next(6);
                    var removed = await tree.RemovePartAsync(name, number, Stop);
                    Tell(
                        $"{person.Actor.Name} removes {number} of {text}: {removed.Refusal?.Rule}"
                    );
                    if (upload?.Parts.Remove(number) != true)
                        return Differs(RefusalRule.NotFound, removed.Refusal);
                    upload.Held = Math.Min(upload.Held, upload.Wanted);
                    upload.Expires = Now + cloud.Limits.UploadIdle;
                    return Differs(null, removed.Refusal);
                case 6 or 7:
                    return await FinishAsync(tree, person, text, upload);
                default:
                    return await PutAsync(tree, person, text, upload, free);
            }
        }

        private async Task<string?> PutAsync(
            VaultTree tree,
            Person person,
            string text,
            Sending? upload,
            long free
        )
        {
            var number = random.Next(6);
            var body = Bytes(
                random.Next(),
                random.Next(5) switch
                {
                    0 => 0,
                    1 => random.Next(2_001),
                    _ => random.Next(90_000),
                }
            );
            var taken = await tree.PartAsync(Chunks(text), number, body, random.Next(3) > 0);
            Tell(
                $"{person.Actor.Name} sends {number} of {text}, {body.Length} bytes: {taken.Refusal?.Rule}"
            );
            if (upload is null)
                return Differs(RefusalRule.NotFound, taken.Refusal);
            var former = upload.Parts.GetValueOrDefault(number);
            upload.Parts[number] = body;
            if (upload.Wanted - upload.Held <= free)
            {
                upload.Held = upload.Wanted;
                upload.Expires = Now + cloud.Limits.UploadIdle;
                return Differs(null, taken.Refusal)
                    ?? (taken.Value.Created == former is null ? null : "created");
            }
            if (former is null)
                upload.Parts.Remove(number);
            else
                upload.Parts[number] = former;
            // What is there already, or declared, may have found its room.
            if (taken.Refusal is not null)
                upload.Held = (await tree.FindUploadAsync(Chunks(text), Stop)).Value.Held;
            return upload.Held > upload.Wanted
                ? "it holds more than it wants"
                : Differs(RefusalRule.CapacityExceeded, taken.Refusal);
        }

        private async Task<string?> FinishAsync(
            VaultTree tree,
            Person person,
            string text,
            Sending? upload
        )
        {
            var path = $"/f{random.Next(3)}";
            var isWrong = random.Next(4) == 0;
            var finished = await tree.FinishAsync(
                Chunks(text),
                path,
                isWrong ? [1, 2, 3] : upload?.Whole
            );
            Tell($"{person.Actor.Name} makes {path} of {text}: {finished.Refusal?.Rule}");
            if (upload is null)
                // It may be told again what it became.
                return finished.IsSuccess || finished.Refusal?.Rule == RefusalRule.NotFound
                    ? null
                    : Differs(RefusalRule.NotFound, finished.Refusal);
            if (upload.Total is { } total && total != upload.Received)
                return Differs(RefusalRule.LengthMismatch, finished.Refusal);
            if (isWrong)
                return Differs(RefusalRule.ChecksumMismatch, finished.Refusal);
            var former = person.Files.GetValueOrDefault(path)?.Length;
            var free = Capacity - person.Used - person.Held(Now) + upload.Held;
            var growth = upload.Received - (former ?? 0);
            if ((growth > 0 && growth > free) || (free == 0 && (former is null || growth > 0)))
                return Differs(RefusalRule.CapacityExceeded, finished.Refusal);
            person.Files[path] = upload.Whole;
            person.Uploads.Remove(text);
            return Differs(null, finished.Refusal);
        }

        private void Tell(string what) => _story.AppendLine(what);

        private static string? Differs(RefusalRule? expected, Refusal? refusal) =>
            expected == refusal?.Rule ? null : $"{refusal?.Rule} and not {expected}";
    }
}
