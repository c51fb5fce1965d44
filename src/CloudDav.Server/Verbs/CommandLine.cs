using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using CloudDav.Storage;
using CloudDav.Vault;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace CloudDav.Server.Verbs;

/// <summary>The program's verbs and what they take. Each verb's work is in a file of its own.</summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            return await Root()
                .Parse(args)
                .InvokeAsync(
                    new InvocationConfiguration
                    {
                        EnableDefaultExceptionHandler = false,
                        // How long a stop may take is a setting; here it would be cut after two seconds, and with it whatever still runs.
                        ProcessTerminationTimeout = Timeout.InfiniteTimeSpan,
                    }
                );
        }
        catch (Exception failure) when (Explain(failure) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>What a person can do about a failure; null when it is a fault of the program, which then shows where.</summary>
    private static string? Explain(Exception failure) =>
        failure switch
        {
            StartProblem or KeyStoreException or BackupException or StorageUnavailableException =>
                failure.Message,
            OptionsValidationException wrong => "A setting is wrong. "
                + string.Join(" ", wrong.Failures),
            InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } =>
                $"A setting is wrong. {failure.Message}",
            IOException { InnerException: AddressInUseException } =>
                "The port is in use by another program. Stop that program, or choose another port.",
            SocketException => $"The address cannot be listened on: {failure.Message}.",
            OperationCanceledException => "Stopped before the end.",
            UnauthorizedAccessException => $"No permission: {failure.Message}",
            _ => null,
        };

    private static readonly string[] s_moments =
    [
        "yyyy-MM-dd'T'HH:mmK",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
    ];

    private static RootCommand Root()
    {
        var config = new Option<FileInfo?>("--config")
        {
            Description =
                "The settings file. Without it config/clouddav.json below the current folder is read when it is there.",
            HelpName = "FILE",
        };
        var data = new Option<DirectoryInfo?>("--data")
        {
            Description =
                "A demo's data folder, instead of the folders named in the settings. Give --config too when the demo had one.",
            HelpName = "DIR",
        };

        var root = new RootCommand(
            """
            CloudDav: a personal cloud that every WebDAV client can mount.

            Try it:      demo, then open http://127.0.0.1:8080/dav/ in a file manager as alice, password demo.
            Operate it:  write config/clouddav.json, migrate, serve. Each setting can also be given as an
                         environment variable: Listen:HttpsPort is CLOUDDAV_Listen__HttpsPort.
            """
        )
        {
            Demo(),
            Serve(config),
            Migrate(config, data),
            Accounts(config, data),
            Devices(config, data),
            Check(config, data),
            Scrub(config, data),
            Backup(config, data),
            Restore(config, data),
            AfterRestore(config),
            Export(config, data),
            Audit(config, data),
            Events(config, data),
            Destruction(config, data),
            Keys(config, data),
            Health(config),
            Version(),
        };
        // Without a verb: serve.
        root.Add(config);
        root.SetAction((parsed, stop) => ServeVerb.RunAsync(parsed.GetValue(config), stop));
        return root;
    }

    private static Command Demo()
    {
        var port = new Option<int>("--port")
        {
            Description = "The port; 0 takes a free one.",
            HelpName = "N",
            DefaultValueFactory = _ => 8080,
        };
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > 65_535)
                result.AddError("--port takes 0 to 65535.");
        });
        var address = new Option<string>("--address")
        {
            Description = "The loopback address: 127.0.0.1 or ::1.",
            HelpName = "ADDRESS",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var data = new Option<DirectoryInfo>("--data")
        {
            Description = "Where everything is kept, for the next time too.",
            HelpName = "DIR",
            DefaultValueFactory = _ => new DirectoryInfo("demo-data"),
        };
        var plain = new Option<bool>("--no-encryption")
        {
            Description = "Keep new contents unencrypted, to compare speeds.",
        };
        var config = new Option<FileInfo?>("--config")
        {
            Description =
                "A settings file for what the demo does not say itself, such as contents in Azure Blob Storage.",
            HelpName = "FILE",
        };
        var demo = new Command("demo", "Runs a server for this machine, with three people in it.")
        {
            port,
            address,
            data,
            plain,
            config,
        };
        demo.SetAction(
            (parsed, stop) =>
                DemoVerb.RunAsync(
                    parsed.GetValue(port),
                    parsed.GetRequiredValue(address),
                    parsed.GetRequiredValue(data),
                    !parsed.GetValue(plain),
                    parsed.GetValue(config),
                    stop
                )
        );
        return demo;
    }

    private static Command Serve(Option<FileInfo?> config)
    {
        var serve = new Command(
            "serve",
            "Runs the server with its settings. This is what happens without a verb."
        )
        {
            config,
        };
        serve.SetAction((parsed, stop) => ServeVerb.RunAsync(parsed.GetValue(config), stop));
        return serve;
    }

    private static Command Migrate(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var migrate = new Command(
            "migrate",
            "Creates the metadata, or brings its schema up to date."
        )
        {
            config,
            data,
        };
        migrate.SetAction(parsed =>
            MigrateVerb.Run(Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)))
        );
        return migrate;
    }

    private static Command Accounts(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var name = new Argument<string>("USER") { Description = "The sign-in name." };
        var capacity = new Option<string>("--capacity")
        {
            Description = "The vault's capacity: bytes, or a number with KiB, MiB, GiB or TiB.",
            HelpName = "SIZE",
            DefaultValueFactory = _ => "50GiB",
        };
        var owner = new Option<string?>("--household")
        {
            Description = "The customer whose household the person belongs to.",
            HelpName = "USER",
        };
        var subject = new Option<string?>("--subject")
        {
            Description = "The subject by which the identity provider knows the person.",
            HelpName = "SUBJECT",
        };
        var add = new Command(
            "add",
            "Makes an account with its vault. A password is read from standard input; an empty line means none."
        )
        {
            name,
            capacity,
            owner,
            subject,
            config,
            data,
        };
        add.SetAction(
            (parsed, stop) =>
                AccountVerbs.AddAsync(
                    Settings.Of(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(name),
                    parsed.GetRequiredValue(capacity),
                    parsed.GetValue(owner),
                    parsed.GetValue(subject),
                    stop
                )
        );
        var password = new Command(
            "password",
            "Gives an account another password, read from standard input; an empty line means none."
        )
        {
            name,
            config,
            data,
        };
        password.SetAction(
            (parsed, stop) =>
                AccountVerbs.SetPasswordAsync(
                    Settings.Of(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(name),
                    stop
                )
        );
        var factor = new Command(
            "remove-second-factor",
            "Lets a password do without a code, for somebody who has lost what makes them."
        )
        {
            name,
            config,
            data,
        };
        factor.SetAction(
            (parsed, stop) =>
                AccountVerbs.RemoveSecondFactorAsync(
                    Settings.Of(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(name),
                    stop
                )
        );
        return new Command("account", "Makes accounts and sets their passwords.")
        {
            add,
            password,
            factor,
        };
    }

    private static Command Devices(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var user = new Argument<string>("USER") { Description = "The sign-in name." };
        var name = new Option<string>("--name")
        {
            Description = "What the person calls the device or program.",
            HelpName = "NAME",
            Required = true,
        };
        var add = new Command("add", "Makes an app password and shows it, this once.")
        {
            user,
            name,
            config,
            data,
        };
        add.SetAction(
            (parsed, stop) =>
                DeviceVerbs.AddAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(user),
                    parsed.GetRequiredValue(name),
                    stop
                )
        );
        var list = new Command("list", "Lists a person's devices.") { user, config, data };
        list.SetAction(
            (parsed, stop) =>
                DeviceVerbs.ListAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(user),
                    stop
                )
        );
        var id = new Argument<long>("ID")
        {
            Description = "The device's number, as list shows it.",
        };
        var revoke = new Command("revoke", "Ends an app password: its next request is refused.")
        {
            id,
            config,
            data,
        };
        revoke.SetAction(
            (parsed, stop) =>
                DeviceVerbs.RevokeAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    new DeviceId(parsed.GetRequiredValue(id)),
                    stop
                )
        );
        return new Command("device", "Makes, lists and revokes app passwords.")
        {
            add,
            list,
            revoke,
        };
    }

    private static Command Check(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var deep = new Option<bool>("--deep")
        {
            Description = "Also read every content and compare it with its hash.",
        };
        var check = new Command(
            "check",
            "Checks that metadata, contents and keys fit together; the server may be running. Exit code 1 when something is broken."
        )
        {
            deep,
            config,
            data,
        };
        check.SetAction(
            (parsed, stop) =>
                CheckVerb.RunAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetValue(deep),
                    stop
                )
        );
        return check;
    }

    private static Command Scrub(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var known = new Option<bool>("--known")
        {
            Description = "Only list what is marked already; read nothing.",
        };
        var scrub = new Command(
            "scrub",
            "Reads every content and compares it with the hash of what was written; the server may be running. What is damaged is marked and left as it is. Exit code 1 when something is."
        )
        {
            known,
            config,
            data,
        };
        scrub.SetAction(
            (parsed, stop) =>
            {
                var folders = Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data));
                return parsed.GetValue(known)
                    ? ScrubVerb.ListKnownAsync(folders, stop)
                    : ScrubVerb.RunAsync(folders, stop);
            }
        );
        return scrub;
    }

    private static Command Backup(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description = "Where to; missing or empty.",
        };
        var keys = new Option<DirectoryInfo?>("--keys")
        {
            Description =
                "Also bring this folder, apart from the backup, up to date with the keys: one copy, in which destroyed keys are destroyed too.",
            HelpName = "FOLDER",
        };
        var backup = new Command(
            "backup",
            "Makes a backup of metadata and contents as they are at one moment; the server may be running. No key is in it. Exit code 1 when something could not be had."
        )
        {
            folder,
            keys,
            config,
            data,
        };
        backup.SetAction(
            (parsed, stop) =>
                BackupVerb.RunAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(folder),
                    parsed.GetValue(keys),
                    stop
                )
        );
        return backup;
    }

    private static Command Restore(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var folder = new Argument<DirectoryInfo>("FOLDER") { Description = "The backup." };
        var test = new Option<bool>("--test")
        {
            Description =
                "Restore it beside itself, check all of it, remove that again, and record that it was done.",
        };
        var quick = new Option<bool>("--quick")
        {
            Description = "Look at the contents at the end, but do not read them once more.",
        };
        var restore = new Command(
            "restore",
            "Restores a backup into empty data folders, with the keys that are in the key folder, and checks it. Exit code 1 when something is broken."
        )
        {
            folder,
            test,
            quick,
            config,
            data,
        };
        restore.Validators.Add(result =>
        {
            if (result.GetValue(test) && result.GetValue(quick))
                result.AddError("--test reads everything; --quick does not go with it.");
        });
        restore.SetAction(
            (parsed, stop) =>
            {
                var settings = Settings.Of(parsed.GetValue(config), parsed.GetValue(data));
                var from = parsed.GetRequiredValue(folder);
                return parsed.GetValue(test)
                    ? RestoreVerb.TestAsync(settings, from, stop)
                    : RestoreVerb.RunAsync(settings, from, parsed.GetValue(quick), stop);
            }
        );
        return restore;
    }

    private static Command AfterRestore(Option<FileInfo?> config)
    {
        var taken = new Option<DateTimeOffset>("--taken")
        {
            Description =
                "The moment that the metadata was restored to, such as 2026-11-30T02:00:00Z.",
            HelpName = "TIME",
            Required = true,
            CustomParser = result =>
            {
                var text = result.Tokens.Count > 0 ? result.Tokens[^1].Value : "";
                // Without an offset it would be one moment here and another there.
                if (
                    text.Length > 6
                    && (text[^1] == 'Z' || text[^6] is '+' or '-')
                    && DateTimeOffset.TryParseExact(
                        text,
                        s_moments,
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AdjustToUniversal,
                        out var moment
                    )
                )
                    return moment;
                result.AddError("--taken takes a time with its offset, such as 2026-11-30T02:00Z.");
                return default;
            },
        };
        var test = new Option<string?>("--test")
        {
            Description =
                "Instead: work on this copy, a database on the same server or a folder with metadata, beside the server that works; change nothing else, and record that it was done.",
            HelpName = "COPY",
        };
        var connection = new Option<FileInfo?>("--connection")
        {
            Description =
                "With --test: a file with the connection string of another server that has the copy.",
            HelpName = "FILE",
        };
        var quick = new Option<bool>("--quick")
        {
            Description =
                "Look at the contents, but do not read them. A test is then not recorded.",
        };
        var after = new Command(
            "after-restore",
            "Finishes a restore of the metadata that the database's own means made, before any server is started on it: nothing that the lost future gave out is given out again, and what was destroyed since is destroyed again. Then checks all of it. Exit code 1 when something is broken."
        )
        {
            taken,
            test,
            connection,
            quick,
            config,
        };
        after.Validators.Add(result =>
        {
            if (result.GetValue(connection) is not null && result.GetValue(test) is null)
                result.AddError("--connection goes with --test.");
        });
        after.SetAction(
            (parsed, stop) =>
            {
                var settings = Settings.Read(parsed.GetValue(config));
                var moment = parsed.GetRequiredValue(taken);
                return parsed.GetValue(test) is { } copy
                    ? AfterRestoreVerb.TestAsync(
                        settings,
                        copy,
                        parsed.GetValue(connection),
                        moment,
                        parsed.GetValue(quick),
                        stop
                    )
                    : AfterRestoreVerb.RunAsync(settings, moment, parsed.GetValue(quick), stop);
            }
        );
        return after;
    }

    private static Command Export(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var user = new Argument<string>("USER") { Description = "The vault's sign-in name." };
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description = "Where to; missing or empty.",
        };
        var export = new Command(
            "export",
            "Writes everything in one vault into a plain folder, and says which names it had to change; the server may be running. Its customer sees that it was done. Exit code 1 when something could not be had."
        )
        {
            user,
            folder,
            config,
            data,
        };
        export.SetAction(
            (parsed, stop) =>
                ExportVerb.RunAsync(
                    Settings.Of(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(user),
                    parsed.GetRequiredValue(folder),
                    stop
                )
        );
        return export;
    }

    private static Command Audit(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var account = new Option<string?>("--account")
        {
            Description = "Only the chain of this account.",
            HelpName = "USER",
        };
        var verify = new Command(
            "verify",
            "Verifies the hash chains in which every act is recorded; the server may be running. Exit code 1 when one is broken."
        )
        {
            account,
            config,
            data,
        };
        verify.SetAction(
            (parsed, stop) =>
                AuditVerb.VerifyAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetValue(account),
                    stop
                )
        );
        return new Command("audit", "Verifies the record of what was done to accounts.") { verify };
    }

    private static Command Events(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var dead = new Command("dead", "Lists the events that were given up.") { config, data };
        dead.SetAction(
            (parsed, stop) =>
                EventVerbs.ListDeadAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    stop
                )
        );
        var account = new Argument<long>("ACCOUNT")
        {
            Description = "The account's number, as dead shows it.",
        };
        var number = new Argument<long>("NUMBER")
        {
            Description = "The event's number, as dead shows it.",
        };
        var retry = new Command("retry", "Lets an event that was given up be delivered again.")
        {
            account,
            number,
            config,
            data,
        };
        retry.SetAction(
            (parsed, stop) =>
                EventVerbs.RetryAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    new EventKey(
                        new AccountId(parsed.GetRequiredValue(account)),
                        parsed.GetRequiredValue(number)
                    ),
                    stop
                )
        );
        return new Command("event", "Shows and repeats what the operator's systems did not take.")
        {
            dead,
            retry,
        };
    }

    private static Command Destruction(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var allow = new Command(
            "allow",
            "Lets vaults whose take-back window has closed be destroyed for 24 hours, after the clock jumped or when many are due at once. Look into it first."
        )
        {
            config,
            data,
        };
        allow.SetAction(
            (parsed, stop) =>
                DestructionVerb.AllowAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    stop
                )
        );
        return new Command("destruction", "Says whether destruction that was stopped may go on.")
        {
            allow,
        };
    }

    private static Command Keys(Option<FileInfo?> config, Option<DirectoryInfo?> data)
    {
        var status = new Command(
            "status",
            "Says how many of the vaults' keys each generation of the wrapping key wraps, and whether older ones may go."
        )
        {
            config,
            data,
        };
        status.SetAction(
            (parsed, stop) =>
                KeysVerb.ShowAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    stop
                )
        );
        var add = new Command(
            "add",
            "Adds a generation to the file of the wrapping keys, or makes that file; the server may be running. In Azure Key Vault, make a new version of the secret instead."
        )
        {
            config,
            data,
        };
        add.SetAction(parsed =>
            KeysVerb.Add(Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)))
        );
        var rewrap = new Command(
            "rewrap",
            "Wraps all keys by the newest generation at once, which the server also does by itself; it may be running. Exit code 1 when one could not be."
        )
        {
            config,
            data,
        };
        rewrap.SetAction(
            (parsed, stop) =>
                KeysVerb.RewrapAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    stop
                )
        );
        var folder = new Argument<DirectoryInfo>("FOLDER")
        {
            Description = "The folder of the copy; made when it is missing.",
        };
        var copy = new Command(
            "copy",
            "Brings a folder up to date with the keys, as backup --keys does: one copy, in which destroyed keys are destroyed too."
        )
        {
            folder,
            config,
            data,
        };
        copy.SetAction(
            (parsed, stop) =>
                KeysVerb.CopyAsync(
                    Settings.OfFolders(parsed.GetValue(config), parsed.GetValue(data)),
                    parsed.GetRequiredValue(folder),
                    stop
                )
        );
        return new Command("keys", "Looks after the vaults' keys and what wraps them.")
        {
            status,
            add,
            rewrap,
            copy,
        };
    }

    private static Command Health(Option<FileInfo?> config)
    {
        var health = new Command(
            "health",
            "Asks the running server of these settings whether it can work. Exit code 1 when it cannot."
        )
        {
            config,
        };
        health.SetAction((parsed, stop) => HealthVerb.RunAsync(parsed.GetValue(config), stop));
        return health;
    }

    private static Command Version()
    {
        var version = new Command("version", "Shows the version.");
        version.SetAction(_ =>
        {
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"CloudDav {typeof(CommandLine).Assembly.GetName().Version!.ToString(3)} on .NET {Environment.Version}"
                )
            );
            return 0;
        });
        return version;
    }
}
