using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>Devices and their app passwords.</summary>
internal static class DeviceEndpoints
{
    public static void Map(CustomerRoutes routes)
    {
        routes.Add(
            "GET",
            "/devices",
            "listDevices",
            "The devices that can sign in, newest first",
            async ValueTask<VaultResult<DeviceList>> (call) =>
            {
                var found = await call.Desk.ListDevicesAsync(call.Actor, call.Stop);
                return found.Refusal is { } refusal
                    ? refusal
                    : new DeviceList
                    {
                        Items =
                        [
                            .. found
                                .Value.Where(device => device.Revoked is null)
                                .Select(device => DeviceBody.Of(device, call.Actor)),
                        ],
                    };
            }
        );
        routes
            .Add<DeviceName, NewDeviceBody>(
                "POST",
                "/devices",
                "addDevice",
                "Add a device; its app password is shown this once",
                async (call, named) =>
                {
                    var added = await call.Desk.AddDeviceAsync(call.Actor, named.Name, call.Stop);
                    return added.Refusal is { } refusal
                        ? refusal
                        : new NewDeviceBody
                        {
                            Id = added.Value.Device.Id.Value,
                            Name = added.Value.Device.Name,
                            Created = added.Value.Device.Created,
                            Password = added.Value.Password.Reveal(),
                        };
                }
            )
            .Describes(
                "Takes a person who signed in with the own password or with the operator; a device makes no other. Until the current terms are accepted none is made."
            )
            .Answers(StatusCodes.Status201Created)
            .Refuses(
                RefusalRule.TermsNotAccepted,
                RefusalRule.OwnSignInRequired,
                RefusalRule.TooManyDevices,
                RefusalRule.Suspended,
                RefusalRule.PlatformReadOnly
            );
        routes
            .Add<DeviceName, DeviceBody>(
                "PATCH",
                "/devices/{device:long}",
                "renameDevice",
                "Give a device another name",
                async (call, named) =>
                {
                    var renamed = await call.Desk.RenameDeviceAsync(
                        call.Actor,
                        new DeviceId(call.Number("device")),
                        named.Name,
                        call.Stop
                    );
                    return renamed.Refusal is { } refusal
                        ? refusal
                        : DeviceBody.Of(renamed.Value, call.Actor);
                }
            )
            .Refuses(RefusalRule.NotFound, RefusalRule.Suspended, RefusalRule.PlatformReadOnly);
        routes
            .Add(
                "DELETE",
                "/devices/{device:long}",
                "revokeDevice",
                "Revoke a device",
                call =>
                    Nothing.OfAsync(
                        call.Desk.RevokeDeviceAsync(
                            call.Actor,
                            new DeviceId(call.Number("device")),
                            call.Stop
                        )
                    )
            )
            .Describes(
                "It is refused from its next request on, and its locks are released. Once more has no further effect."
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
        routes
            .Add(
                "POST",
                "/devices/{device:long}/wipe",
                "wipeDevice",
                "Revoke a device and have it delete what it holds of the cloud",
                call =>
                    Nothing.OfAsync(
                        call.Desk.WipeDeviceAsync(
                            call.Actor,
                            new DeviceId(call.Number("device")),
                            call.Stop
                        )
                    )
            )
            .Describes(
                "It is told when it comes again, and the access log says when it has done so; clients that do not know of it only find themselves revoked. A device that was revoked before can be wiped as well. Nothing in the cloud changes."
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound, RefusalRule.OwnSignInRequired);
    }
}

/// <summary>What a device is called.</summary>
internal sealed record DeviceName
{
    /// <summary>1 to 200 characters.</summary>
    public required string Name { get; init; }
}

/// <summary>Devices.</summary>
internal sealed record DeviceList
{
    /// <summary>Newest first.</summary>
    public required IReadOnlyList<DeviceBody> Items { get; init; }
}

/// <summary>A device.</summary>
internal sealed record DeviceBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it was last used, to within a few minutes; null when never.</summary>
    public required DateTimeOffset? LastUsed { get; init; }

    /// <summary>Whether it is a TV set, which sees media alone.</summary>
    public required bool IsTv { get; init; }

    /// <summary>Whether it is the one that asks.</summary>
    public required bool IsThisOne { get; init; }

    public static DeviceBody Of(Device device, Actor actor) =>
        new()
        {
            Id = device.Id.Value,
            Name = device.Name,
            Created = device.Created,
            LastUsed = device.LastUsed,
            IsTv = device.IsTv,
            IsThisOne = actor.Device == device.Id,
        };
}

/// <summary>A device that was just added.</summary>
internal sealed record NewDeviceBody
{
    /// <summary>Its number.</summary>
    public required long Id { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Its app password. It is kept nowhere and cannot be shown again.</summary>
    public required string Password { get; init; }
}
