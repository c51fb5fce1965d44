namespace CloudDav.Server.Tests.Model;

/// <summary>Says what a step must answer and what it does to the tree, after RFC 4918, 4331 and 9110, and nothing else.</summary>
internal static class Judge
{
    public static Verdict Consider(ModelTree tree, Step step) =>
        step.Method switch
        {
            "GET" => Get(tree, step),
            "PUT" => Put(tree, step),
            "MKCOL" => Mkcol(tree, step),
            "DELETE" => Delete(tree, step),
            "COPY" or "MOVE" => Transfer(tree, step),
            "PROPPATCH" => Proppatch(tree, step),
            "LOCK" => Lock(tree, step),
            "REFRESH" => Refresh(tree, step),
            "UNLOCK" => Unlock(tree, step),
            _ => throw new ArgumentException(step.Method, nameof(step)),
        };

    private static Verdict Get(ModelTree tree, Step step)
    {
        var node = tree.Find(step.Path);
        var verdict = new Verdict { Success = [200] };
        if (node is null)
            verdict.Must.Add(404);
        AddConditions(tree, step, verdict);
        if (step.IfNoneMatch is not null && node is not null && Matches(node, step.IfNoneMatch))
            verdict.Must.Add(304);
        return verdict;
    }

    private static Verdict Put(ModelTree tree, Step step)
    {
        var node = tree.Find(step.Path);
        var verdict = new Verdict { Success = [node is null ? 201 : 204] };
        AddParent(tree, step.Path, verdict);
        if (node is { IsFolder: true })
            verdict.Must.Add(405);
        if (node is null && tree.HasCaseConflict(step.Path))
            verdict.Must.Add(409);
        if (step.Overwrite is false && node is not null)
            verdict.Must.Add(412);
        AddConditions(tree, step, verdict);
        if (node is not null)
            NeedToken(step, node, verdict.Must);
        else
            NeedTokenForMembers(tree, step, step.Path, verdict.Must);
        var growth = step.Content.Length - (node?.Content.Length ?? 0);
        if (growth > tree.Available || (node is null && tree.Available == 0))
            verdict.Must.Add(507);
        return verdict;
    }

    private static Verdict Mkcol(ModelTree tree, Step step)
    {
        var verdict = new Verdict { Success = [201] };
        AddParent(tree, step.Path, verdict);
        if (tree.Find(step.Path) is not null)
            verdict.Must.Add(405);
        if (tree.HasCaseConflict(step.Path))
            verdict.Must.Add(409);
        AddConditions(tree, step, verdict);
        NeedTokenForMembers(tree, step, step.Path, verdict.Must);
        return verdict;
    }

    private static Verdict Delete(ModelTree tree, Step step)
    {
        var verdict = new Verdict { Success = [204] };
        AddConditions(tree, step, verdict);
        if (tree.Find(step.Path) is not { } node)
        {
            verdict.Must.Add(404);
            return verdict;
        }
        NeedTokensBelow(step, node, verdict);
        NeedToken(step, node.Parent!, verdict.Must);
        return verdict;
    }

    private static Verdict Transfer(ModelTree tree, Step step)
    {
        var isMove = step.Method == "MOVE";
        var target = tree.Find(step.Destination!);
        var verdict = new Verdict { Success = [target is null ? 201 : 204] };
        AddConditions(tree, step, verdict);
        AddParent(tree, step.Destination!, verdict);
        if (tree.Find(step.Path) is not { } source)
        {
            verdict.Must.Add(404);
            // Whatever else is wrong at the destination may be said as well.
            verdict.May.UnionWith([403, 409, 412, 423]);
            return verdict;
        }
        if (target == source)
            verdict.Must.Add(403);
        else if (IsBelow(step.Destination!, step.Path))
            verdict.Must.Add(409);
        else if (IsBelow(step.Path, step.Destination!))
            verdict.Must.UnionWith([403, 409]);
        // A rename to the same name in other letters is no conflict with itself.
        if (target is null && tree.HasCaseConflict(step.Destination!, isMove ? source : null))
            verdict.Must.Add(409);
        if (step.Overwrite is false && target is not null)
            verdict.Must.Add(412);

        if (isMove)
        {
            NeedTokensBelow(step, source, verdict);
            NeedToken(step, source.Parent!, verdict.Must);
        }
        if (target is not null)
            NeedTokensBelow(step, target, verdict);
        // RFC 4918 §7.4 names moving and copying into a locked collection; whether replacing a member is that, it leaves open.
        NeedTokenForMembers(
            tree,
            step,
            step.Destination!,
            target is null || isMove ? verdict.Must : verdict.May
        );

        if (!isMove)
        {
            var arriving = step.IsDeep ? source.Bytes : source.Content.Length;
            if (arriving - (target?.Bytes ?? 0) > tree.Available)
                verdict.Must.Add(507);
            else if (tree.Available == 0)
                verdict.May.Add(507);
        }
        return verdict;
    }

    private static Verdict Proppatch(ModelTree tree, Step step)
    {
        var verdict = new Verdict { Success = [207] };
        AddConditions(tree, step, verdict);
        if (tree.Find(step.Path) is { } node)
            NeedToken(step, node, verdict.Must);
        else
            verdict.Must.Add(404);
        return verdict;
    }

    private static Verdict Lock(ModelTree tree, Step step)
    {
        var node = tree.Find(step.Path);
        var verdict = new Verdict { Success = [node is null ? 201 : 200] };
        AddParent(tree, step.Path, verdict);
        AddConditions(tree, step, verdict);
        if (node is null)
        {
            if (tree.HasCaseConflict(step.Path))
                verdict.Must.Add(409);
            NeedTokenForMembers(tree, step, step.Path, verdict.Must);
            if (tree.Available == 0)
                verdict.Must.Add(507);
        }
        var others = tree.Covering(step.Path)
            .Concat(
                step.IsDeep && node is not null
                    ? node.WithDescendants.SelectMany(member => member.Locks)
                    : []
            );
        if (others.Any(other => !step.IsShared || !other.IsShared))
            verdict.Must.Add(423);
        return verdict;
    }

    private static Verdict Refresh(ModelTree tree, Step step)
    {
        var verdict = new Verdict { Success = [200] };
        if (
            !tree.Covering(step.Path)
                .Any(held => held.Token == step.Token && held.Holder == step.Principal)
        )
            verdict.Must.UnionWith([412, 423]);
        if (tree.Find(step.Path) is null)
            verdict.May.UnionWith([404, 409, 412]);
        return verdict;
    }

    private static Verdict Unlock(ModelTree tree, Step step)
    {
        var verdict = new Verdict { Success = [204] };
        var held = tree.Covering(step.Path).FirstOrDefault(l => l.Token == step.Token);
        if (held is null)
            verdict.Must.UnionWith([409]);
        else if (held.Holder != step.Principal)
            verdict.Must.UnionWith([403, 409]);
        if (tree.Find(step.Path) is null)
            verdict.May.UnionWith([404, 409]);
        return verdict;
    }

    /// <summary>Changes the tree as the step does when it succeeds.</summary>
    public static void Apply(ModelTree tree, Step step, string? etag, string? token)
    {
        var node = tree.Find(step.Path);
        switch (step.Method)
        {
            case "PUT":
                if (node is null)
                    tree.Find(step.Path.AsSpan(..^1))!
                        .Add(node = new ModelNode(step.Path[^1], false));
                node.Content = step.Content;
                node.ETag = etag;
                break;
            case "MKCOL":
                tree.Find(step.Path.AsSpan(..^1))!.Add(new ModelNode(step.Path[^1], true));
                break;
            case "DELETE":
                node!.Detach();
                break;
            case "COPY":
                Put(tree, step.Destination!, node!.Copy(step.Destination![^1], step.IsDeep));
                break;
            case "MOVE":
                node!.Detach();
                node.Name = step.Destination![^1];
                // Locks stay behind with the old name, which is gone (RFC 4918 §7.6).
                foreach (var moved in node.WithDescendants)
                    moved.Locks.Clear();
                Put(tree, step.Destination, node);
                break;
            case "PROPPATCH":
                node!.Property = step.Property;
                break;
            case "LOCK":
                if (node is null)
                    tree.Find(step.Path.AsSpan(..^1))!
                        .Add(node = new ModelNode(step.Path[^1], false));
                node.Locks.Add(new ModelLock(token!, step.Principal, step.IsShared, step.IsDeep));
                break;
            case "UNLOCK":
                foreach (var holder in tree.Root.WithDescendants)
                    holder.Locks.RemoveAll(held => held.Token == step.Token);
                break;
        }
    }

    // A lock is on the URL: it stays on what takes the place of the resource it was taken on.
    private static void Put(ModelTree tree, string[] path, ModelNode node)
    {
        if (tree.Find(path) is { } replaced)
        {
            node.Locks.AddRange(replaced.Locks);
            replaced.Detach();
        }
        tree.Find(path.AsSpan(..^1))!.Add(node);
    }

    /// <summary>The tokens of this principal that would let the step through, with the resource each was taken on.</summary>
    public static IReadOnlyList<(string[] Root, string Token)> TokensFor(ModelTree tree, Step step)
    {
        var affected = new List<ModelNode>();
        if (tree.Find(step.Path) is { } node)
        {
            affected.AddRange(node.WithDescendants);
            if (node.Parent is not null)
                affected.Add(node.Parent);
        }
        else if (tree.Find(step.Path.AsSpan(..^1)) is { } parent)
            affected.Add(parent);
        if (step.Destination is not null)
        {
            if (tree.Find(step.Destination) is { } target)
                affected.AddRange(target.WithDescendants);
            if (tree.Find(step.Destination.AsSpan(..^1)) is { } parent)
                affected.Add(parent);
        }
        var tokens = affected
            .SelectMany(resource => resource.Covering)
            .Where(held => held.Holder == step.Principal)
            .Select(held => held.Token)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. tree.Root.WithDescendants.SelectMany(root =>
                root.Locks.Where(held => tokens.Contains(held.Token))
                    .Select(held => (root.Path, held.Token))
            ),
        ];
    }

    private static void AddParent(ModelTree tree, string[] path, Verdict verdict)
    {
        if (tree.Find(path.AsSpan(..^1)) is not { IsFolder: true })
            verdict.Must.Add(409);
    }

    private static void AddConditions(ModelTree tree, Step step, Verdict verdict)
    {
        var node = tree.Find(step.Path);
        if (step.IfMatch is not null && (node is null || !Matches(node, step.IfMatch)))
            verdict.Must.Add(412);
        // For GET it is the question whether a copy is still good, answered 304.
        if (
            step.Method != "GET"
            && step.IfNoneMatch is not null
            && node is not null
            && Matches(node, step.IfNoneMatch)
        )
            verdict.Must.Add(412);
        if (step.If.Count > 0 && !step.If.Any(list => Holds(tree, step, list)))
            verdict.Must.Add(412);
        // Somebody else's token: its state may be true, but it is not his to show.
        if (
            step
                .If.SelectMany(list => list.Conditions)
                .Any(c =>
                    c.Token is not null && Holder(tree, c.Token) is { } h && h != step.Principal
                )
        )
            verdict.May.Add(412);
    }

    private static bool Matches(ModelNode node, string etag) => etag == "*" || node.ETag == etag;

    // A name that is not mapped has no ETag, but is in the scope of the infinite locks above it (RFC 4918 §7.4, §10.4.4).
    private static bool Holds(ModelTree tree, Step step, IfList list)
    {
        var path = list.Tag ?? step.Path;
        return list.Conditions.All(condition =>
            condition.IsNegated
            != (
                condition.Token is { } token
                    ? tree.Covering(path).Any(held => held.Token == token)
                    : tree.Find(path) is { } node && node.ETag == condition.ETag
            )
        );
    }

    private static int? Holder(ModelTree tree, string token) =>
        tree
            .Root.WithDescendants.SelectMany(node => node.Locks)
            .FirstOrDefault(held => held.Token == token)
            ?.Holder;

    /// <summary>Of the locks that cover a resource that changes, one must be the principal's and its token submitted.</summary>
    private static void NeedToken(Step step, ModelNode resource, HashSet<int> refusals) =>
        NeedToken(step, resource.Covering, refusals);

    private static void NeedToken(Step step, IEnumerable<ModelLock> locks, HashSet<int> refusals)
    {
        var submitted = step
            .If.SelectMany(list => list.Conditions)
            .Where(condition => condition.Token is not null)
            .Select(condition => condition.Token)
            .ToHashSet(StringComparer.Ordinal);
        var held = locks.ToList();
        if (
            held.Count > 0
            && !held.Exists(l => l.Holder == step.Principal && submitted.Contains(l.Token))
        )
            refusals.Add(423);
    }

    /// <summary>
    /// A tree goes away. Where a member has shared locks of its own, a shared lock above it that was submitted would do by the RFC;
    /// to insist on one of the member's own is allowed too.
    /// </summary>
    private static void NeedTokensBelow(Step step, ModelNode node, Verdict verdict)
    {
        foreach (var affected in node.WithDescendants)
        {
            NeedToken(step, affected.Covering, verdict.Must);
            NeedToken(step, affected.Locks, verdict.May);
            NeedToken(step, affected.Locks.Where(held => held.IsInfinite), verdict.May);
        }
    }

    private static void NeedTokenForMembers(
        ModelTree tree,
        Step step,
        string[] path,
        HashSet<int> refusals
    )
    {
        if (tree.Find(path.AsSpan(..^1)) is { } parent)
            NeedToken(step, parent, refusals);
    }

    private static bool IsBelow(string[] path, string[] above) =>
        path.Length > above.Length && path.AsSpan(0, above.Length).SequenceEqual(above);
}
