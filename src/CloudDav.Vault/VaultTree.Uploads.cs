namespace CloudDav.Vault;

/// <summary>
/// Uploads over several requests. Their parts wait in the own vault, wherever they go in the end. Where that is known to be beyond a mount, each part asks for its room there; where it is not
/// known, the own vault holds the room until it is.
/// </summary>
public sealed partial class VaultTree
{
    /// <summary>Begins an upload, or refuses. One that goes on keeps its name: <see cref="RefusalRule.AlreadyExists"/>.</summary>
    public async ValueTask<VaultResult<UploadSession>> BeginUploadAsync(
        UploadPlan plan,
        CancellationToken cancellationToken
    )
    {
        long credit = 0;
        var isOutward = false;
        if (plan.Goal.Path is { } path)
        {
            var probed = await ProbeAsync(path, plan.Total ?? 0, cancellationToken);
            if (probed.Refusal is { } refusal)
            {
                if (plan.RefusesEarly)
                    return refusal;
            }
            else
                (isOutward, credit) = probed.Value;
        }
        return await _home.BeginUploadAsync(
            plan,
            isOutward ? 0 : credit,
            isOutward,
            cancellationToken
        );
    }

    /// <inheritdoc cref="VaultSession.FindUploadAsync(UploadName, CancellationToken)"/>
    public ValueTask<VaultResult<UploadSession>> FindUploadAsync(
        UploadName name,
        CancellationToken cancellationToken
    ) => _home.FindUploadAsync(name, cancellationToken);

    /// <inheritdoc cref="VaultSession.ListUploadsAsync"/>
    public ValueTask<VaultResult<IReadOnlyList<UploadSession>>> ListUploadsAsync(
        CancellationToken cancellationToken
    ) => _home.ListUploadsAsync(cancellationToken);

    /// <inheritdoc cref="VaultSession.ListUploadPartsAsync"/>
    public ValueTask<
        VaultResult<(UploadSession Upload, IReadOnlyList<UploadPart> Parts)>
    > ListUploadPartsAsync(UploadName name, CancellationToken cancellationToken) =>
        _home.ListUploadPartsAsync(name, cancellationToken);

    /// <inheritdoc cref="VaultSession.TakePartAsync"/>
    public async ValueTask<VaultResult<PartTaken>> TakePartAsync(
        UploadName name,
        PartPlace place,
        Upload upload,
        CancellationToken cancellationToken
    )
    {
        var found = await _home.FindUploadAsync(name, cancellationToken);
        if (found.Refusal is { } missing)
            return missing;
        if (found.Value is { IsOutward: true, Goal.Path: { } path } outward)
        {
            var expected = outward.Received + (upload.DeclaredLength ?? upload.LengthHint ?? 0);
            var probed = await ProbeAsync(
                path,
                Math.Max(outward.Total ?? 0, expected),
                cancellationToken
            );
            if (probed.Refusal is { } refusal)
                return refusal;
        }
        return await _home.TakePartAsync(name, place, upload, cancellationToken);
    }

    /// <inheritdoc cref="VaultSession.RemovePartAsync"/>
    public ValueTask<VaultResult<bool>> RemovePartAsync(
        UploadName name,
        long number,
        CancellationToken cancellationToken
    ) => _home.RemovePartAsync(name, number, cancellationToken);

    /// <inheritdoc cref="VaultSession.DropUploadAsync"/>
    public ValueTask<VaultResult<bool>> DropUploadAsync(
        UploadName name,
        CancellationToken cancellationToken
    ) => _home.DropUploadAsync(name, cancellationToken);

    /// <summary>
    /// Makes a file of an upload, by all the rules of <see cref="WriteAsync"/>: its body is what was uploaded. What refuses leaves the upload as it is. Asked again for the file that it has
    /// become, it answers as it did, as long as that is still there as it was written.
    /// </summary>
    /// <param name="name">The upload.</param>
    /// <param name="path">Where the file goes; null for where it was said to go.</param>
    /// <param name="upload">What is known of the file; its declared length must be that of all parts, its body is not read.</param>
    /// <param name="guard">What must hold.</param>
    /// <param name="cancellationToken">Stops it as long as nothing is decided.</param>
    public async ValueTask<VaultResult<Changed>> FinishUploadAsync(
        UploadName name,
        IReadOnlyList<string>? path,
        Upload upload,
        ChangeGuard guard,
        CancellationToken cancellationToken
    )
    {
        var read = await _home.ReadUploadAsync(name, upload, cancellationToken);
        if (read.Refusal is { } refusal)
            return refusal;
        var goal = read.Value.Upload.Goal;
        path ??= goal.Path ?? [];
        if (read.Value.Upload.Finished is { } finished)
            return await RepeatAsync(finished, path, cancellationToken);
        upload = upload with
        {
            MediaType = upload.MediaType ?? goal.MediaType,
            Modified = upload.Modified ?? goal.Modified,
        };
        return await AtAsync(
            path,
            guard,
            spot =>
                spot.Session.FinishUploadAsync(
                    _home,
                    read.Value,
                    spot.Path,
                    upload,
                    spot.Guard,
                    cancellationToken
                ),
            cancellationToken
        );
    }

    private async ValueTask<VaultResult<Changed>> RepeatAsync(
        UploadedFile finished,
        IReadOnlyList<string> path,
        CancellationToken cancellationToken
    )
    {
        var found = await FindAsync(path, NodeDetails.None, cancellationToken);
        if (found.Refusal is { } refusal)
            return refusal;
        var node = found.Value.Node;
        return node.Id == finished.Node && node.Revision == finished.Revision
            ? new Changed(found.Value.Vault, node, Created: false)
            : new Refusal(RefusalRule.NotFound);
    }

    private ValueTask<VaultResult<(bool IsOutward, long Former)>> ProbeAsync(
        IReadOnlyList<string> path,
        long size,
        CancellationToken cancellationToken
    ) =>
        AtAsync(
            path,
            ChangeGuard.None,
            async ValueTask<VaultResult<(bool, long)>> (spot) =>
            {
                var probed = await spot.Session.ProbeWriteAsync(spot.Path, size, cancellationToken);
                return probed.Refusal is { } refusal ? refusal : (!spot.IsHome, probed.Value);
            },
            cancellationToken
        );
}
