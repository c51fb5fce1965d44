namespace CloudDav.Vault;

/// <summary>A program that asks a person, in their browser, to be let in (login flow v2).</summary>
public sealed record LoginFlow
{
    /// <summary>The longest one lasts, granted or not.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(20);

    /// <summary>What it is known by: SHA-256 of the token that the program asks with whether it was granted.</summary>
    public required ReadOnlyMemory<byte> PollHash { get; init; }

    /// <summary>What the program calls itself; empty when it does not say.</summary>
    public required string Agent { get; init; }

    /// <summary>Where the program is.</summary>
    public required string Address { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends.</summary>
    public required DateTimeOffset Expires { get; init; }

    /// <summary>Whether somebody has granted it.</summary>
    public bool IsGranted { get; init; }

    /// <summary>Who has; null as long as nobody has, and when their account is gone.</summary>
    public Actor? GrantedBy { get; init; }
}

/// <summary>The two tokens of a flow that has begun. Neither leads to the other.</summary>
/// <param name="Poll">With which the program asks whether it was let in, and fetches its app password.</param>
/// <param name="Login">With which the person's browser opens the page that asks them.</param>
public sealed record LoginFlowTokens(SecretToken Poll, SecretToken Login);

/// <summary>What a program that was let in signs in with from now on.</summary>
/// <param name="Name">The sign-in name.</param>
/// <param name="Device">The device that was made for it, with its app password.</param>
public sealed record LoginGrant(string Name, NewDevice Device);

/// <summary>A device that is to forget what it holds.</summary>
/// <param name="Account">Whose it is.</param>
/// <param name="Device">The device.</param>
/// <param name="Name">What it is called.</param>
public sealed record DeviceWipe(AccountId Account, DeviceId Device, string Name);
