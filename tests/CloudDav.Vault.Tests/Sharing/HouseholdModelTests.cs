using System.Collections.Concurrent;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;

namespace CloudDav.Vault.Tests.Sharing;

/// <summary>
/// Random trees, marks, blocks, shares, mounts, locks, moves, copies and standings in a household: every attempt is allowed or refused as a simple model says, and
/// everybody's tree is what it says, with nothing of what it does not. Run one again with CLOUDDAV_TESTS_SEED set to the seed a failure prints.
/// </summary>
public sealed class HouseholdModelTests
{
    private const int StepsOfOne = 48;
    private const int Players = 4;
    private static readonly string[] s_names = ["a", "b", "c"];

    // What must have been allowed now and then, or the sequences show nothing about it.
    private static readonly string[] s_needed =
    [
        .. from step in (string[])["MKCOL", "PUT", "DELETE", "LOCK", "UNLOCK"]
        from place in (string[])["at home", "in a share"]
        select $"{step} {place}",
        .. from step in (string[])["MOVE", "COPY"]
        from place in (string[])["at home", "in a share", "in", "out", "between"]
        select $"{step} {place}",
        "SHARE at home",
        "PROTECT at home",
        "CHANGE",
        "UNSHARE",
        "HANG",
        "UNHANG",
    ];

    [Fact]
    [Trait("Size", "Large")]
    public async Task Nobody_reads_or_writes_in_a_household_what_a_simple_model_says_they_may_not()
    {
        var (first, count) = RandomPlay.Choose(few: 150, whole: 2_000, many: 50_000);
        var allowed = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        if (await FindDifferenceAsync(bug: null, first, count, allowed) is { } found)
            Assert.Fail(found);
        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Join(", ", allowed.Select(step => $"{step.Key}: {step.Value}"))
        );
        if (count >= 800)
            Assert.Empty(s_needed.Except(allowed.Keys, StringComparer.Ordinal));
    }

    /// <summary>A test that cannot fail proves nothing: each of these bugs must be found.</summary>
    [Theory]
    [InlineData(PlantedBug.ForgetsMarks)]
    [InlineData(PlantedBug.ForgetsWhereItBegins)]
    [InlineData(PlantedBug.ForgetsCapacity)]
    [InlineData(PlantedBug.ForgetsWhomItIsFor)]
    [InlineData(PlantedBug.ForgetsRights)]
    [InlineData(PlantedBug.ForgetsThatSomebodyLeft)]
    [InlineData(PlantedBug.ForgetsTheOwnersStanding)]
    [InlineData(PlantedBug.ForgetsTheRecipientsStanding)]
    [InlineData(PlantedBug.ForgetsBlocks)]
    [InlineData(PlantedBug.ForgetsLocks)]
    public async Task A_planted_bug_is_found(PlantedBug bug)
    {
        TestEngine.RequireNear();
        Assert.NotNull(await FindDifferenceAsync(bug, first: 1, count: 400, new()));
    }

    // Each player has a server, and so a clock, of its own.
    private static async Task<string?> FindDifferenceAsync(
        PlantedBug? bug,
        int first,
        int count,
        ConcurrentDictionary<string, int> allowed
    )
    {
        var vaults = Enumerable
            .Range(0, Players)
            .Select(_ => new TestVault(isInMemory: true))
            .ToList();
        try
        {
            return await RandomPlay.FindDifferenceAsync(
                first,
                count,
                [
                    .. vaults.Select<TestVault, Func<int, Task<string?>>>(vault =>
                    {
                        var open = bug is { } planted
                            ? vault.Open(new BrokenStore(vault.Metadata, planted))
                            : vault.Vaults;
                        return seed => PlayAsync(vault, open, seed, allowed);
                    }),
                ]
            );
        }
        finally
        {
            foreach (var vault in vaults)
                await vault.DisposeAsync();
        }
    }

    private static async Task<string?> PlayAsync(
        TestVault vault,
        Vaults open,
        int seed,
        ConcurrentDictionary<string, int> allowed
    )
    {
        var run = new Run(vault, open, seed, allowed);
        await run.BeginAsync();
        for (var i = 0; i < StepsOfOne && run.Difference is null; i++)
        {
            await run.StepAsync(isFirst: i < 10);
            await run.CompareAsync();
        }
        if (run.Difference is null)
            await run.InspectAsync();
        return run.Difference is { } found
            ? $"CLOUDDAV_TESTS_SEED={seed}\n{run.Story}\n{found}"
            : null;
    }

    /// <summary>A person of the model, and the same one in the product.</summary>
    private sealed class Person(ModelPerson model, Actor actor, Vaults open)
    {
        public ModelPerson Model { get; } = model;

        public Actor Actor { get; } = actor;

        public VaultTree Tree { get; } = open.OpenTree(actor, new SessionOptions());

        public VaultSession Session { get; } = open.Open(actor, new SessionOptions());

        public string Name => Model.Name;

        /// <summary>The tag of the root when it was last looked at, and what was seen below it.</summary>
        public (string Tag, string Seen)? Last { get; set; }
    }

    private sealed record Shared(ModelShare Model, Person Owner, ShareId Id, string? Token);

    /// <summary>A measure that holds, and how the model forgets it.</summary>
    private sealed record Held(long Id, string Told, Action Forget);

    private sealed class Run(
        TestVault vault,
        Vaults open,
        int seed,
        ConcurrentDictionary<string, int> allowed
    )
    {
        private readonly Random _random = new(seed);
        private readonly ModelRules _model = new();
        private readonly List<Person> _people = [];
        private readonly List<Shared> _shares = [];
        private readonly List<Held> _measures = [];
        private readonly List<string> _story = [];

        public string Story => string.Join('\n', _story);

        public string? Difference { get; private set; }

        private DateTimeOffset Now => vault.Time.GetUtcNow();

        public async Task BeginAsync()
        {
            var anna = await AddAsync("anna", null);
            await AddAsync("ben", anna);
            await AddAsync("cara", anna);
            await AddAsync("stranger", null);
        }

        public async Task StepAsync(bool isFirst)
        {
            var person = isFirst ? _people[0] : Who();
            switch (isFirst ? _random.Next(9) : _random.Next(28))
            {
                case 0 or 1 or 2:
                    await MakeFolderAsync(person);
                    break;
                case 3 or 4 or 5 or 6:
                    await PutAsync(person);
                    break;
                case 7 or 8 or 9:
                    await ShareAsync(person);
                    break;
                case 10 or 11 or 12 or 13:
                    await TransferAsync(person, isMove: true);
                    break;
                case 14 or 15:
                    await TransferAsync(person, isMove: false);
                    break;
                case 16 or 17:
                    await DeleteAsync(person);
                    break;
                case 18 or 19:
                    await LockAsync(person);
                    break;
                case 20:
                    await UnlockAsync(person);
                    break;
                case 21 or 22:
                    await ChangeShareAsync();
                    break;
                case 23:
                    await HangAsync(person);
                    break;
                case 24:
                    await ProtectAsync(person);
                    break;
                case 25:
                    await BelongAsync();
                    break;
                default:
                    await TurnAsync(person);
                    break;
            }
        }

        /// <summary>Looks at somebody's whole tree, at one place in it, and through a link.</summary>
        public async Task CompareAsync()
        {
            var person = _people[_random.Next(_people.Count)];
            _model.Settle(person.Model);
            await CompareListAsync(person, levels: null);
            if (_random.Next(4) == 0)
                await CompareListAsync(person, levels: 1);
            await CompareTagAsync(person);
            await ProbeAsync(person);
            await CompareLinkAsync();
        }

        public async Task InspectAsync()
        {
            foreach (var person in _people)
            {
                var wrong = await vault.Metadata.InspectAsync(
                    person.Actor.Vault,
                    Now,
                    TestVault.Stop
                );
                if (wrong.Count > 0)
                    Differ($"{person.Name}'s vault: {string.Join(' ', wrong)}");
            }
        }

        private async Task MakeFolderAsync(Person person)
        {
            var path = Pick(person, isNew: _random.Next(6) > 0);
            var (place, guard, holds) = await BeginAsync(person, path);
            var bar = ModelRules.Bars(person.Model, place, May.MakeFolder);
            var result = await person.Tree.CreateFolderAsync(path, null, guard, TestVault.Stop);
            var may =
                bar is null
                && holds
                && place is { Node: null, Folder: { } }
                && IsFree(person, guard, _model.Over(place.Folder, Now));
            Judge(person, result, $"MKCOL {Text(path)}", may, bar, guard, path);
            if (may)
                new ModelNode("", null).Enter(place.Folder!, place.Name);
        }

        private async Task PutAsync(Person person)
        {
            var path = Pick(person, isNew: _random.Next(2) == 0);
            var text = NextText();
            var (place, guard, holds) = await BeginAsync(person, path);
            var bar = ModelRules.Bars(person.Model, place, May.Add);
            var result = await person.Tree.WriteAsync(
                path,
                new Upload
                {
                    Body = PipeReader.Create(new MemoryStream(Encoding.UTF8.GetBytes(text))),
                    DeclaredLength = _random.Next(2) == 0 ? text.Length : null,
                    ChecksFirst = _random.Next(2) == 0,
                },
                guard,
                TestVault.Stop
            );
            var growth = text.Length - (place.Node?.Text?.Length ?? 0);
            var may =
                bar is null
                && holds
                && (place.Node is null ? place.Folder is not null : place.Node.Text is not null)
                && IsFree(person, guard, _model.Over(place.Node ?? place.Folder, Now))
                && ModelRules.HasRoom(place.Owner, growth, place.Node is null || growth > 0);
            Judge(person, result, $"PUT {Text(path)} {text}", may, bar, guard, path);
            if (!may)
                return;
            if (place.Node is { } there)
                there.Text = text;
            else
                new ModelNode("", null) { Text = text }.Enter(place.Folder!, place.Name);
        }

        private async Task DeleteAsync(Person person)
        {
            var path = Pick(person);
            var (place, guard, holds) = await BeginAsync(person, path);
            place = AsItself(person, place);
            var bar = ModelRules.Bars(person.Model, place, May.Remove);
            var result = await person.Tree.DeleteAsync(path, guard, TestVault.Stop);
            var may = bar is null && holds && !place.IsTop && CanLeave(person, guard, place.Node);
            Judge(person, result, $"DELETE {Text(path)}", may, bar, guard, path);
            if (!may)
                return;
            var node = place.Node!;
            if (node.Shows is { } share)
            {
                ModelRules.Unmount(person.Model, share);
                person.Model.Unwanted.Add(share);
            }
            else
            {
                _model.Discard(node, heir: null);
            }
        }

        private async Task TransferAsync(Person person, bool isMove)
        {
            var (path, other) = (Pick(person), Pick(person, isNew: _random.Next(4) > 0));
            var (from, guard, holds) = await BeginAsync(person, path);
            var to = ModelRules.Resolve(person.Model, other);
            if (isMove && to.Via is null)
                from = AsItself(person, from);
            var transfer = new Transfer { Overwrites = _random.Next(5) > 0 };
            var (told, result) = isMove
                ? (
                    "MOVE",
                    await person.Tree.MoveAsync(path, other, transfer, guard, TestVault.Stop)
                )
                : (
                    "COPY",
                    await person.Tree.CopyAsync(path, other, transfer, guard, TestVault.Stop)
                );
            var isWithin = from.Via == to.Via;
            var may =
                holds
                && (transfer.Overwrites || to.Node is null)
                && (
                    isWithin
                        ? MayWithin(person, from, to, guard, isMove)
                        : MayAcross(person, from, to, guard, isMove)
                );
            Judge(
                person,
                result,
                $"{told} {Text(path)} {Text(other)}{(transfer.Overwrites ? "" : " if free")}",
                may,
                bar: null,
                guard,
                path,
                other
            );
            if (!may)
                return;
            if (!isWithin)
                Carry(from, to, isMove);
            else if (isMove)
                Move(from.Node!, to);
            else
                Copy(from.Node!, to);
        }

        private bool MayWithin(
            Person person,
            ModelPlace from,
            ModelPlace to,
            ChangeGuard guard,
            bool isMove
        ) =>
            ModelRules.Bars(person.Model, from, isMove ? May.Reorganise : May.Add) is null
            && ModelRules.BarsAt(to, May.Add) is null
            && !(isMove && from.IsTop)
            && from.Node is { } node
            && to.Folder is not null
            && !to.Folder.IsIn(node)
            && !(to.Node is { } there && node.IsIn(there))
            && (!isMove || CanLeave(person, guard, node))
            && CanArrive(person, guard, to)
            && (
                isMove
                || (
                    node.All.All(inner => inner.Blocks.Count == 0)
                    && ModelRules.HasRoom(
                        to.Owner,
                        node.Bytes - (to.Node?.Bytes ?? 0),
                        addsContent: true
                    )
                )
            );

        private bool MayAcross(
            Person person,
            ModelPlace from,
            ModelPlace to,
            ChangeGuard guard,
            bool isMove
        )
        {
            if (
                ModelRules.Bars(person.Model, from, May.Read) is not null
                || from.Node is not { } node
                || ModelRules.Bars(person.Model, to, May.Add) is not null
                || node.All.Any(inner => inner.Blocks.Count > 0)
                || !ModelRules.HasRoom(
                    to.Owner,
                    node.Bytes - (to.Node?.Bytes ?? 0),
                    addsContent: true
                )
            )
                return false;
            if (
                isMove
                && (
                    ModelRules.Bars(person.Model, from, May.Remove) is not null
                    || from.IsTop
                    || !CanLeave(person, guard, node)
                )
            )
                return false;
            if (
                node.IsFolder && ModelRules.Bars(person.Model, to, May.MakeFolder) is not null
                || to.Node == node
            )
                return false;
            // What is shared itself gets another content, and nothing else comes in its place.
            if (to.IsTop)
                return node.Text is not null
                    && to.Node!.Text is not null
                    && IsFree(person, guard, _model.Over(to.Node, Now));
            return to.Folder is { } folder
                && !folder.IsIn(node)
                && !(to.Node is { } there && node.IsIn(there))
                && CanArrive(person, guard, to);
        }

        private void Move(ModelNode node, ModelPlace to)
        {
            var carried = _model
                .MarksOver(node.Parent)
                .Except(_model.MarksOver(to.Folder))
                .ToList();
            _model.Unlock(node);
            if (to.Node is { } there)
                _model.Discard(there, heir: node);
            node.Leave();
            node.Enter(to.Folder!, to.Name);
            node.Marks.UnionWith(carried);
        }

        private void Copy(ModelNode node, ModelPlace to)
        {
            var copy = node.Copy(_model.MarksOn);
            copy.Marks.UnionWith(_model.MarksOver(node).Except(_model.MarksOver(to.Folder)));
            if (to.Node is { } there)
                _model.Discard(there, heir: copy);
            copy.Enter(to.Folder!, to.Name);
        }

        // Over a border every mark becomes the new owner's.
        private void Carry(ModelPlace from, ModelPlace to, bool isMove)
        {
            var node = from.Node!;
            var isProtected = _model.IsProtected(node);
            if (to.IsTop)
            {
                to.Node!.Text = node.Text;
                if (isProtected && !_model.IsProtected(to.Node))
                    to.Node.Marks.Add(ModelNode.Own);
            }
            else
            {
                var copy = node.Copy(inner =>
                    _model.MarksOn(inner).Any() ? [ModelNode.Own] : Array.Empty<long>()
                );
                if (isProtected && !_model.IsProtected(to.Folder))
                    copy.Marks.Add(ModelNode.Own);
                if (to.Node is { } there)
                    _model.Discard(there, heir: copy);
                copy.Enter(to.Folder!, to.Name);
            }
            if (isMove)
                _model.Discard(node, heir: null);
        }

        private async Task LockAsync(Person person)
        {
            var path = Pick(person, isNew: _random.Next(4) == 0);
            var isInfinite = _random.Next(2) == 0;
            var (place, guard, holds) = await BeginAsync(person, path);
            // Whether there is anything decides what is asked: a lock that creates is a new file.
            var bar = ModelRules.Bars(
                person.Model,
                place,
                place.Node is null ? May.Add : May.Remove
            );
            var result = await person.Tree.LockAsync(
                path,
                new LockWish(IsShared: false, isInfinite, null, TimeSpan.FromMinutes(15)),
                guard,
                TestVault.Stop
            );
            var may =
                bar is null
                && holds
                && (
                    place.Node is { } there
                        ? !_model.Over(there, Now).Any()
                            && !(isInfinite && _model.Below(there, Now).Any())
                        : place.Folder is { } folder
                            && !_model.Over(folder, Now).Any(held => held.IsInfinite)
                            && IsFree(person, guard, _model.Over(folder, Now))
                            && ModelRules.HasRoom(place.Owner, 0, addsContent: true)
                );
            Judge(
                person,
                result,
                $"LOCK {Text(path)}{(isInfinite ? " all" : "")}",
                may,
                bar,
                guard,
                path
            );
            if (!may || Difference is not null)
                return;
            var node = place.Node;
            if (node is null)
            {
                node = new ModelNode("", null) { Text = "" };
                node.Enter(place.Folder!, place.Name);
            }
            var taken = result.Value.Lock;
            if (!taken.Path.SequenceEqual(path))
                Differ($"the lock is at {Text(taken.Path)}");
            _model.Locks.Add(
                new(taken.Token, person.Model, isInfinite, taken.Expires) { Node = node }
            );
        }

        private async Task UnlockAsync(Person person)
        {
            if (_model.Locks.Count == 0 || _random.Next(4) == 0)
            {
                vault.Time.Advance(TimeSpan.FromMinutes(7));
                _story.Add("seven minutes");
                return;
            }
            var held = _model.Locks[_random.Next(_model.Locks.Count)];
            _model.Settle(person.Model);
            var path =
                _random.Next(3) == 0 ? Pick(person) : PathOf(person, held.Node) ?? Pick(person);
            var place = ModelRules.Resolve(person.Model, path);
            var bar = ModelRules.Bars(person.Model, place, May.Remove);
            var result = await person.Tree.UnlockAsync(path, held.Token, TestVault.Stop);
            var may =
                bar is null
                && held.Holder == person.Model
                && place.Node is { } node
                && _model.Over(node, Now).Contains(held);
            Judge(person, result, $"UNLOCK {Text(path)}", may, bar, ChangeGuard.None, path);
            if (may)
                _model.Locks.Remove(held);
        }

        private async Task ShareAsync(Person person)
        {
            var path = Pick(person);
            var place = AsItself(person, ModelRules.Resolve(person.Model, path));
            var audience = _random.Next(5) switch
            {
                0 => ShareAudience.Link,
                1 => ShareAudience.Members,
                _ => ShareAudience.Household,
            };
            var isLink = audience == ShareAudience.Link;
            var members = audience == ShareAudience.Members ? Some() : [];
            var rights =
                _random.Next(3) == 0 ? ShareRights.View
                : isLink ? ShareRights.Download
                : ShareRights.Edit;
            var result = await person.Session.CreateShareAsync(
                new NewShare
                {
                    Path = path,
                    Rights = rights,
                    Audience = audience,
                    Members = [.. members.Select(member => member.Actor.Account)],
                    RightsStatement = isLink ? "1" : null,
                },
                _ => null,
                TestVault.Stop
            );
            var may =
                ModelRules.Bars(person.Model, place, isLink ? May.ShareWithFriends : May.Share)
                    is null
                && place is { Via: null, Node: { Shows: null } node }
                && !(isLink && _model.IsProtected(node))
                && (audience != ShareAudience.Members || AreOf(person, members));
            Judge(
                person,
                result,
                $"SHARE {Text(path)} {audience} {rights} {NamesOf(members)}",
                may,
                bar: null,
                ChangeGuard.None,
                path
            );
            if (!may || Difference is not null)
                return;
            var share = new ModelShare(person.Model, place.Node!)
            {
                Audience = audience,
                Members = [.. members.Select(member => member.Model)],
                Rights = rights,
            };
            _model.Shares.Add(share);
            _shares.Add(new(share, person, result.Value.Placed.Share.Id, result.Value.Token));
        }

        private async Task ChangeShareAsync()
        {
            if (_shares.Count == 0)
                return;
            var shared = _shares[_random.Next(_shares.Count)];
            var (share, owner) = (shared.Model, shared.Owner);
            var isThere = share.Node.IsIn(owner.Model.Root);
            if (_random.Next(3) == 0)
            {
                var ended = await owner.Session.RemoveShareAsync(shared.Id, TestVault.Stop);
                var mayEnd = isThere && ModelRules.Can(owner.Model, May.Narrow);
                Judge(owner, ended, "UNSHARE", mayEnd);
                if (mayEnd)
                {
                    share.IsOver = true;
                    _shares.Remove(shared);
                    _model.Shares.Remove(share);
                }
                return;
            }
            if (share.Audience == ShareAudience.Link)
                return;
            var members =
                share.Audience == ShareAudience.Members && _random.Next(2) == 0 ? Some() : null;
            var rights =
                members is not null ? share.Rights
                : _random.Next(2) == 0 ? ShareRights.Edit
                : ShareRights.View;
            var changed = await owner.Session.ChangeShareAsync(
                shared.Id,
                new ShareChange
                {
                    Rights = rights,
                    Members = members is null
                        ? null
                        : [.. members.Select(member => member.Actor.Account)],
                },
                TestVault.Stop
            );
            var widens =
                (rights == ShareRights.Edit && share.Rights != ShareRights.Edit)
                || members?.Exists(member => !share.Members.Contains(member.Model)) == true;
            var may =
                isThere
                && ModelRules.Can(owner.Model, widens ? May.Share : May.Narrow)
                && (members is null || AreOf(owner, members));
            Judge(
                owner,
                changed,
                $"CHANGE share of {share.Node.Name} {rights} {NamesOf(members ?? [])}",
                may
            );
            if (!may)
                return;
            share.Rights = rights;
            if (members is not null)
                share.Members = [.. members.Select(member => member.Model)];
        }

        // Removes a mount or brings it back.
        private async Task HangAsync(Person person)
        {
            if (_shares.Count == 0)
                return;
            var shared = _shares[_random.Next(_shares.Count)];
            var (share, model) = (shared.Model, person.Model);
            var isWanted = _random.Next(3) > 0;
            _model.Settle(model);
            var result = await person.Session.SetMountAsync(shared.Id, isWanted, TestVault.Stop);
            var may = ModelRules.IsFor(share, model);
            Judge(person, result, $"{(isWanted ? "HANG" : "UNHANG")} {share.Node.Name}", may);
            if (
                !may
                || isWanted
                    == (model.Mounts.TryGetValue(share, out var mount) && mount.IsIn(model.Root))
            )
                return;
            var taken = model.Root.Members.Keys.ToHashSet(StringComparer.Ordinal);
            ModelRules.Unmount(model, share);
            if (isWanted)
            {
                model.Unwanted.Remove(share);
                ModelRules.Mount(model, share, taken);
            }
            else
            {
                model.Unwanted.Add(share);
            }
        }

        private async Task ProtectAsync(Person person)
        {
            var path = Pick(person);
            var place = AsItself(person, ModelRules.Resolve(person.Model, path));
            var mark = _random.Next(2) == 0;
            var result = await person.Session.ProtectAsync(path, mark, TestVault.Stop);
            var may =
                ModelRules.Bars(person.Model, place, mark ? May.Narrow : May.ShareWithFriends)
                    is null
                && place is { Via: null, Node: { Shows: null } node }
                && (mark || _model.MarksOn(node).All(held => held == ModelNode.Own));
            Judge(
                person,
                result,
                $"PROTECT {Text(path)} {mark}",
                may,
                bar: null,
                ChangeGuard.None,
                path
            );
            if (may && mark)
                place.Node!.Marks.Add(ModelNode.Own);
            else if (may)
                place.Node!.Marks.Remove(ModelNode.Own);
        }

        // Somebody leaves the household or comes back.
        private async Task BelongAsync()
        {
            var person = _people.Find(one => one.Model.HasLeft) ?? _people[1 + _random.Next(2)];
            person.Model.HasLeft = !person.Model.HasLeft;
            _story.Add($"{person.Name} {(person.Model.HasLeft ? "leaves" : "comes back")}");
            await DoAsync(transaction =>
                transaction.SaveMemberAsync(
                    new Member
                    {
                        Account = person.Actor.Account,
                        Owner = _people[0].Actor.Account,
                        Added = Now,
                        Confirmed = Now,
                        Left = person.Model.HasLeft ? new(EndCause.LeftHousehold, Now, Now) : null,
                    }
                )
            );
        }

        // What the operator does: suspends, blocks, marks, takes it back, changes the option, ends the contract.
        private async Task TurnAsync(Person person)
        {
            var model = person.Model;
            if (_random.Next(5) < _measures.Count)
            {
                var held = _measures[_random.Next(_measures.Count)];
                _measures.Remove(held);
                held.Forget();
                _story.Add($"lifted: {held.Told}");
                await DoAsync(async transaction =>
                    await transaction.LiftMeasureAsync(held.Id, "crm", Now)
                );
                return;
            }
            switch (_people.Exists(one => one.Model.IsEnded) ? 2 : _random.Next(10))
            {
                case 0 or 1:
                    model.Capacity =
                        model.Capacity < ModelRules.Plenty ? ModelRules.Plenty
                        : _random.Next(2) == 0 ? 0
                        : model.Used + 2;
                    _story.Add($"{person.Name} has room for {model.Capacity}");
                    await DoAsync(async transaction =>
                        await transaction.SetCapacityAsync(person.Actor.Account, model.Capacity)
                    );
                    break;
                case 2:
                    var customer =
                        _people.Find(one => one.Model.IsEnded)
                        ?? _people.First(one => one.Model == model.Customer);
                    customer.Model.IsEnded = !customer.Model.IsEnded;
                    _story.Add(
                        $"{customer.Name}'s contract {(customer.Model.IsEnded ? "ends" : "runs on")}"
                    );
                    await DoAsync(async transaction =>
                        await transaction.SaveCustomerAsync(
                            (await transaction.FindCustomerAsync(customer.Actor.Account))! with
                            {
                                End = customer.Model.IsEnded
                                    ? new(EndCause.CloudContract, Now, Now)
                                    : null,
                            }
                        )
                    );
                    break;
                case 3 or 4:
                    var switches = (Switches)(2 << _random.Next(3));
                    if (!model.Suspensions.ContainsKey(switches))
                        await SetAsync(
                            person,
                            MeasureKind.Suspension,
                            null,
                            switches,
                            id => model.Suspensions[switches] = id,
                            _ => model.Suspensions.Remove(switches)
                        );
                    break;
                default:
                    var path = Pick(person);
                    var place = AsItself(person, ModelRules.Resolve(model, path));
                    if (place is not { Via: null, Node: { Shows: null } node })
                        break;
                    if (_random.Next(2) == 0)
                        await SetAsync(
                            person,
                            MeasureKind.Block,
                            path,
                            Switches.None,
                            id => node.Blocks.Add(id),
                            id => node.Blocks.Remove(id)
                        );
                    else
                        await SetAsync(
                            person,
                            MeasureKind.Protection,
                            path,
                            Switches.None,
                            id =>
                            {
                                node.Marks.Add(id);
                                _model.Notices.Add(id);
                            },
                            id => _model.Notices.Remove(id)
                        );
                    break;
            }
        }

        private async Task SetAsync(
            Person person,
            MeasureKind kind,
            IReadOnlyList<string>? path,
            Switches switches,
            Action<long> set,
            Action<long> forget
        )
        {
            var told = $"{kind} {switches} {person.Name} {(path is null ? "" : Text(path))}";
            _story.Add(told);
            var id = 0L;
            await DoAsync(async transaction =>
                id = (
                    await transaction.AddMeasureAsync(
                        new Measure
                        {
                            Id = 0,
                            Kind = kind,
                            Switches = switches,
                            Account = person.Actor.Account,
                            Node = path is null
                                ? null
                                : await transaction.FindNodeAsync(person.Actor.Vault, path),
                            ReasonCode = ReasonFor(kind, person.Name),
                            SetBy = "crm",
                            Since = Now,
                        }
                    )
                ).Id
            );
            set(id);
            _measures.Add(new(id, told, () => forget(id)));
        }

        private async Task CompareListAsync(Person person, int? levels)
        {
            var seen = new List<string>();
            var listed = await person.Tree.ListAsync(
                [],
                levels,
                NodeDetails.Locks | NodeDetails.Properties,
                (below, _, node, _) =>
                    seen.Add(
                        string.Join('/', below.ToArray())
                            + (node.IsFolder ? "/" : $":{node.Size}")
                            + (node.Withheld is { } withheld ? $"!{withheld.Rule}" : "")
                    ),
                TestVault.Stop
            );
            if (listed.Refusal is { } refusal)
            {
                Differ($"{person.Name} cannot list: {refusal.Rule}");
                return;
            }
            var expected = new List<string>();
            Walk(person.Model, person.Model.Root, "", levels ?? int.MaxValue, null, expected);
            Compare($"{person.Name}'s tree to level {levels}", expected, seen);
        }

        private static void Walk(
            ModelPerson person,
            ModelNode node,
            string path,
            int levels,
            ModelShare? via,
            List<string> lines
        )
        {
            // Of what was blocked those who come through a share see that it is there.
            var isClosed =
                via is not null && node.Text is null && node.Chain.Any(row => row.Blocks.Count > 0);
            lines.Add(
                path
                    + (node.Text is { } text ? $":{text.Length}" : "/")
                    + (isClosed && levels > 1 ? $"!{RefusalRule.SharePaused}" : "")
            );
            if (levels == 0 || isClosed)
                return;
            foreach (var (name, member) in node.Members)
            {
                var below = path.Length == 0 ? name : $"{path}/{name}";
                if (member.Shows is not { } share)
                {
                    Walk(person, member, below, levels - 1, via, lines);
                    continue;
                }
                if (via is not null)
                    continue;
                var place = new ModelPlace(
                    share.Owner,
                    share,
                    member,
                    true,
                    share.Node,
                    null,
                    share.Node,
                    name
                );
                if (levels > 1 && ModelRules.Bars(person, place, May.List) is { } rule)
                    lines.Add(
                        below
                            + (share.Node.Text is { } shown ? $":{shown.Length}" : "/")
                            + $"!{rule}"
                    );
                else
                    Walk(person, share.Node, below, levels - 1, share, lines);
            }
        }

        private async Task CompareTagAsync(Person person)
        {
            var found = await person.Tree.FindAsync([], NodeDetails.None, TestVault.Stop);
            if (found.Refusal is not null)
                return;
            var tag = EntityTag.Of(found.Value.Vault, found.Value.Node);
            var seen = new StringBuilder();
            Write(person.Model.Root, isBeyond: false);
            if (person.Last is { } last && last.Seen != seen.ToString() && last.Tag == tag)
                Differ($"{person.Name}'s root has the tag it had before {last.Seen} became {seen}");
            person.Last = (tag, seen.ToString());

            void Write(ModelNode node, bool isBeyond)
            {
                seen.Append(node.Text).Append('(');
                foreach (var (name, member) in node.Members)
                {
                    if (member.Shows is not null && isBeyond)
                        continue;
                    seen.Append(name).Append('=');
                    Write(member.Shows?.Node ?? member, isBeyond || member.Shows is not null);
                }
                seen.Append(')');
            }
        }

        private async Task ProbeAsync(Person person)
        {
            var path = Pick(person);
            var place = ModelRules.Resolve(person.Model, path);
            var opened = await person.Tree.OpenAsync(path, TestVault.Stop);
            var expected =
                ModelRules.Bars(person.Model, place, May.Read)?.ToString()
                ?? (
                    place.Node is { } node
                        ? $"{node.Text ?? "(folder)"} of {place.Owner.Used}"
                        : nameof(RefusalRule.NotFound)
                );
            Compare(
                $"{person.Name} at {Text(path)}",
                [expected],
                [opened.Refusal?.Rule.ToString() ?? await ReadAsync(opened.Value)]
            );
            if (opened.Refusal is { } refusal)
                CheckLeaks(person, refusal, path);
        }

        private async Task CompareLinkAsync()
        {
            var links = _shares.Where(share => share.Token is not null).ToList();
            if (links.Count == 0)
                return;
            var link = links[_random.Next(links.Count)];
            var (share, node) = (link.Model, link.Model.Node);
            var found = await open.FindLinkAsync(link.Token!, TestVault.Stop);
            var friend = open.Open(found!, "friend", new SessionOptions());
            var seen = new List<string>();
            var listed = await friend.ListAsync(
                [],
                levels: null,
                NodeDetails.None,
                (below, _, inner, _) =>
                    seen.Add(string.Join('/', below.ToArray()) + (inner.IsFolder ? "/" : "")),
                TestVault.Stop
            );
            if (listed.Refusal is { } refusal)
                seen = [refusal.Rule.ToString()];
            var (expected, packed) = (new List<string>(), new List<string>());
            if (!node.IsIn(share.Owner.Root))
                expected.Add(nameof(RefusalRule.ShareNotFound));
            else if (
                !ModelRules.Can(share.Owner, May.OpenFriend)
                || _model.IsProtected(node)
                || node.Chain.Any(above => above.Blocks.Count > 0)
            )
                expected.Add(nameof(RefusalRule.SharePaused));
            else
                Add(node, "");
            Compare($"by the link of {node.Name}", expected, seen);
            if (_random.Next(4) > 0)
                return;
            var opened = await friend.OpenArchiveAsync(ArchiveScope.Whole, TestVault.Stop);
            if (packed.Count == 0)
                packed.AddRange(expected);
            else if (share.Rights == ShareRights.View)
                packed = [nameof(RefusalRule.ShareRightMissing)];
            else if (node.Text is not null)
                packed = [nameof(RefusalRule.IsFile)];
            else
                packed.RemoveAt(0);
            Compare(
                $"packed by the link of {node.Name}",
                packed,
                opened.Refusal is { } unpacked
                    ? [unpacked.Rule.ToString()]
                    : await NamesAsync(opened.Value.Content)
            );

            void Add(ModelNode inner, string path)
            {
                expected.Add(path + (inner.Text is null ? "/" : ""));
                if (inner.Blocks.Count > 0)
                    return;
                packed.Add(expected[^1]);
                foreach (var (name, member) in inner.Members)
                    if (member.Shows is null && !_model.MarksOn(member).Any())
                        Add(member, path.Length == 0 ? name : $"{path}/{name}");
            }
        }

        // Where a path leads, with the mounts as they are for whoever asks, and what is asked for beside: tokens of own locks, and now and then a condition.
        private async Task<(ModelPlace Place, ChangeGuard Guard, bool Holds)> BeginAsync(
            Person person,
            string[] path
        )
        {
            _model.Settle(person.Model);
            var place = ModelRules.Resolve(person.Model, path);
            var guard = new ChangeGuard
            {
                LockTokens =
                    _random.Next(3) == 0
                        ? []
                        :
                        [
                            .. _model
                                .Locks.Where(held =>
                                    held.Holder == person.Model || _random.Next(2) == 0
                                )
                                .Select(held => held.Token),
                        ],
            };
            if (_random.Next(5) > 0)
                return (place, guard, true);
            var on = Pick(person);
            var there = ModelRules.Resolve(person.Model, on);
            var found = await person.Tree.FindAsync(on, NodeDetails.None, TestVault.Stop);
            var (tag, holds) = _random.Next(4) switch
            {
                0 => ((string?)null, there.Node is null),
                1 => ("*", there.Node is not null),
                2 when found.IsSuccess => (
                    EntityTag.Of(found.Value.Vault, found.Value.Node),
                    there.Node is not null
                ),
                _ => ("\"no\"", false),
            };
            _story.Add($"if {Text(on)} is {tag ?? "nothing"}:");
            return (
                place,
                guard with
                {
                    Expectations = [new ExpectedState(on, tag)],
                },
                holds && ModelRules.Bars(person.Model, there, May.List) is null
            );
        }

        private bool CanLeave(Person person, ChangeGuard guard, ModelNode? node) =>
            node is not null
            && IsFree(
                person,
                guard,
                _model
                    .Over(node, Now)
                    .Concat(_model.Over(node.Parent, Now))
                    .Concat(_model.Below(node, Now))
            );

        private bool CanArrive(Person person, ChangeGuard guard, ModelPlace place) =>
            place.Node is null
                ? IsFree(person, guard, _model.Over(place.Folder, Now))
                : CanLeave(person, guard, place.Node);

        private static bool IsFree(
            Person person,
            ChangeGuard guard,
            IEnumerable<ModelLock> locks
        ) =>
            locks.All(held => held.Holder == person.Model && guard.LockTokens.Contains(held.Token));

        // A mount by itself is its recipient's own.
        private static ModelPlace AsItself(Person person, ModelPlace place) =>
            place is { IsTop: true, Mount: { Parent: { } folder } mount }
                ? new(person.Model, null, null, false, mount, folder, mount, mount.Name)
                : place;

        private void Judge<T>(
            Person person,
            VaultResult<T> result,
            string step,
            bool may,
            string where = ""
        )
        {
            if (may)
                allowed.AddOrUpdate(step.Split(' ')[0] + where, 1, (_, times) => times + 1);
            var rule = result.Refusal?.Rule;
            _story.Add($"{person.Name}: {step}{(rule is null ? "" : $": {rule}")}");
            if (result.IsSuccess != may)
                Differ($"{person.Name}: {step}: expected to be {(may ? "allowed" : "refused")}");
        }

        private void Judge<T>(
            Person person,
            VaultResult<T> result,
            string step,
            bool may,
            RefusalRule? bar,
            ChangeGuard guard,
            params IReadOnlyList<string>[] asked
        )
        {
            Judge(person, result, step, may, Where(person, asked));
            if (result.Refusal is not { } refusal)
                return;
            // Whoever may not do it is told so, whatever is there.
            if (bar is not null && guard.Expectations.Count == 0 && refusal.Rule != bar)
                Differ($"{person.Name}: {step}: expected {bar}");
            CheckLeaks(
                person,
                refusal,
                [.. asked, .. guard.Expectations.Select(expected => expected.Path)]
            );
        }

        private static string Where(Person person, IReadOnlyList<string>[] asked)
        {
            var places = asked.Select(path => ModelRules.Resolve(person.Model, path)).ToList();
            return (places[0].Via, places[^1].Via) switch
            {
                (null, null) => " at home",
                (null, _) => " in",
                (_, null) => " out",
                var (from, to) => from == to ? " in a share" : " between",
            };
        }

        // A refusal tells of nothing that its receiver cannot see, and reasons to the one they are about.
        private void CheckLeaks(
            Person person,
            Refusal refusal,
            params IReadOnlyList<string>[] asked
        )
        {
            if (
                refusal.Path is { } path
                && !asked.Any(one => one.SequenceEqual(path))
                && ModelRules.Resolve(person.Model, path).Node is null
            )
                Differ($"{person.Name} is told of {Text(path)}");
            if (
                refusal.ReasonCode is { } reason
                && !reason.EndsWith($" {person.Name}", StringComparison.Ordinal)
                && reason != ReasonFor(MeasureKind.Suspension, person.Model.Customer.Name)
            )
                Differ($"{person.Name} is told: {reason}");
        }

        private void Compare(string what, List<string> expected, List<string> seen)
        {
            expected.Sort(StringComparer.Ordinal);
            seen.Sort(StringComparer.Ordinal);
            if (!expected.SequenceEqual(seen))
                Differ(
                    $"{what}: expected {string.Join(' ', expected)}, saw {string.Join(' ', seen)}"
                );
        }

        private void Differ(string difference) => Difference ??= difference;

        private Person Who() =>
            _random.Next(10) switch
            {
                < 3 => _people[0],
                < 7 => _people[1],
                < 9 => _people[2],
                _ => _people[3],
            };

        private List<Person> Some() =>
            [.. _people.Where((_, i) => i > 0 && _random.Next(i == 3 ? 12 : 2) == 0)];

        // Everybody of the household but oneself can be named, and nobody else.
        private static bool AreOf(Person owner, List<Person> members) =>
            members.Count > 0
            && members.All(member =>
                member != owner
                && member.Model.Customer == owner.Model.Customer
                && !member.Model.HasLeft
            );

        private static string NamesOf(IEnumerable<Person> people) =>
            string.Join('+', people.Select(person => person.Name));

        private static string ReasonFor(MeasureKind kind, string name) => $"{kind} {name}";

        private string NextText() =>
            _random.Next(1_000).ToString(System.Globalization.CultureInfo.InvariantCulture);

        // Mostly something that is there or, for something new, a place in a folder that is; in a share as often as not.
        private string[] Pick(Person person, bool isNew = false)
        {
            var reached = new List<(string[] Path, ModelNode Node, bool IsShared)>();
            Reach([], person.Model.Root, isShared: false);
            if (!isNew)
                reached.RemoveAt(0);
            else
                reached.RemoveAll(one => !one.Node.IsFolder);
            var isBeyond = _random.Next(2) == 0 && reached.Exists(one => one.IsShared);
            reached.RemoveAll(one => one.IsShared != isBeyond && isBeyond);
            if (reached.Count > 0 && _random.Next(6) > 0)
            {
                var path = reached[_random.Next(reached.Count)].Path;
                return isNew ? [.. path, Name()] : path;
            }
            return [.. Enumerable.Range(0, 1 + _random.Next(3)).Select(_ => Name())];

            string Name() => s_names[_random.Next(s_names.Length)];

            void Reach(string[] path, ModelNode node, bool isShared)
            {
                reached.Add((path, node, isShared));
                if (path.Length > 4)
                    return;
                foreach (var (name, member) in node.Members)
                {
                    if (member.Shows is null)
                        Reach([.. path, name], member, isShared);
                    else if (!isShared)
                        Reach([.. path, name], member.Shows.Node, isShared: true);
                }
            }
        }

        // One path by which somebody reaches a node; null for none.
        private static string[]? PathOf(Person person, ModelNode node)
        {
            var root = person.Model.Root;
            if (node.IsIn(root))
                return Below(node, root);
            foreach (var (share, mount) in person.Model.Mounts)
                if (mount.IsIn(root) && node.IsIn(share.Node))
                    return [.. Below(mount, root), .. Below(node, share.Node)];
            return null;

            static string[] Below(ModelNode node, ModelNode top) =>
                [.. node.Chain.TakeWhile(one => one != top).Select(one => one.Name).Reverse()];
        }

        private static string Text(IReadOnlyList<string> path) => "/" + string.Join('/', path);

        private static async Task<List<string>> NamesAsync(IContentSource archive)
        {
            await using (archive)
            {
                await using var zip = new ZipArchive(new MemoryStream(await archive.ReadAsync()));
                return [.. zip.Entries.Select(entry => entry.FullName)];
            }
        }

        private static async Task<string> ReadAsync(Opened opened)
        {
            var used = opened.Vault.UsedBytes;
            if (opened.Content is null)
                return $"(folder) of {used}";
            await using var content = opened.Content;
            return $"{Encoding.UTF8.GetString(await content.ReadAsync())} of {used}";
        }

        private async Task DoAsync(Func<IContractTransaction, ValueTask> change) =>
            await vault.Contracts.WriteAsync<bool>(
                async transaction =>
                {
                    await change(transaction);
                    return true;
                },
                TestVault.Stop
            );

        private async Task<Person> AddAsync(string name, Person? customer)
        {
            // Names are taken once for the whole server.
            var actor = await vault.AddActorAsync(
                $"{name}{seed}",
                ModelRules.Plenty,
                customer?.Actor.Account
            );
            await DoAsync(async transaction =>
            {
                if (await transaction.FindOptionAsync("basic") is null)
                    await transaction.AddOptionAsync(
                        new ServiceOption
                        {
                            Code = "basic",
                            Version = 1,
                            Offer = "cloud",
                            CapacityBytes = ModelRules.Plenty,
                            MemberCapacityBytes = ModelRules.Plenty,
                            Entitlements = [],
                            Texts = new Texts(),
                        },
                        Now
                    );
                if (customer is null)
                    await transaction.SaveCustomerAsync(
                        new Customer
                        {
                            Account = actor.Account,
                            Reference = $"K{actor.Name}",
                            Main = new MainContract($"M{actor.Name}", MainStatus.Active, Now),
                            Option = "basic",
                            OptionVersion = 1,
                            Started = Now,
                        }
                    );
                else
                    await transaction.SaveMemberAsync(
                        new Member
                        {
                            Account = actor.Account,
                            Owner = customer.Actor.Account,
                            Added = Now,
                            Confirmed = Now,
                        }
                    );
            });
            var person = new Person(new(actor.Name, customer?.Model), actor, open);
            _people.Add(person);
            return person;
        }
    }
}
