using System.Text;

namespace CloudDav.Clients.Tests;

/// <summary>davfs2: the drive of a Linux machine without a desktop. It locks what it writes and sends no times.</summary>
public sealed class Davfs2Tests(DemoServer server) : IClassFixture<DemoServer>
{
    [Fact]
    public async Task A_mount_over_FUSE_keeps_a_tree()
    {
        using var home = new TempFolder();
        var mountPoint = home.Folder("mnt");
        // mount.davfs gives up root for a user of its own, which needs its cache.
        var everybody = (UnixFileMode)0b111_111_111;
        File.SetUnixFileMode(home.Path, everybody);
        File.SetUnixFileMode(home.Folder("cache"), everybody);
        var secrets = Path.Combine(home.Path, "secrets");
        await File.WriteAllTextAsync(secrets, $"{server.Url} {server.User} {server.Password}\n");
        // Recent kernels (seen with 6.18) read folders in larger pieces than the default buffer of davfs2 1.6 takes.
        var settings = Path.Combine(home.Path, "davfs2.conf");
        await File.WriteAllTextAsync(
            settings,
            $"secrets {secrets}\ncache_dir {home.Path}/cache\nask_auth 0\ndelay_upload 0\nbuf_size 256\n"
        );
        await Command.ShellAsync(
            $"chmod 600 secrets; {Mount.Sudo}chown root secrets davfs2.conf",
            home.Path
        );

        await MountScenario.RunAsync(server, "", mountPoint, home, MountAsync, keepsTimes: false);

        async Task<IAsyncDisposable> MountAsync()
        {
            var mount =
                $"{Mount.Sudo}mount -t davfs -o conf={settings},uid=$(id -u) {server.Url} '{mountPoint}'";
            (await Command.ShellAsync(mount, home.Path)).MustSucceed();
            return new Mount(
                mountPoint,
                $"{Mount.Sudo}umount '{mountPoint}'",
                process: null,
                new StringBuilder()
            );
        }
    }
}
