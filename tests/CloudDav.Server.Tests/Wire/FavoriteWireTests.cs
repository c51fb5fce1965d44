using System.Xml.Linq;
using CloudDav.Server.Tests.Sharing;

namespace CloudDav.Server.Tests.Wire;

/// <summary>Favourites as phones set and show them, over real sockets.</summary>
public sealed class FavoriteWireTests
{
    private static readonly XName s_favorite = DavWords.OwnCloud + "favorite";

    [Fact]
    public async Task A_favourite_is_set_shown_and_taken_back_for_one_person()
    {
        await using var household = await Household.StartAsync();
        await household.ShareAsync("view");
        const string file = "/dav/Photos/one.txt";
        (await household.Bob.SetPropertiesAsync(file, (s_favorite, "1"))).Expect(207);

        var listed = await household.Bob.PropertiesAsync("/dav/Photos/", "1", s_favorite);
        Assert.Equal("1", listed[file].Text(s_favorite));
        Assert.Equal("0", listed["/dav/Photos/"].Text(s_favorite));
        var owner = await household.Alice.PropertiesAsync(
            "/dav/Album/Photos/one.txt",
            "0",
            s_favorite
        );
        Assert.Equal("0", owner.Only.Text(s_favorite));

        var removed = await household.Bob.ProppatchAsync(
            file,
            """<d:propertyupdate xmlns:d="DAV:"><d:remove><d:prop><oc:favorite xmlns:oc="http://owncloud.org/ns"/></d:prop></d:remove></d:propertyupdate>"""
        );
        Assert.Equal(200, removed.Expect(207).MultiStatus().Only.StatusOf(s_favorite));
        var after = await household.Bob.PropertiesAsync(file, "0", s_favorite);
        Assert.Equal("0", after.Only.Text(s_favorite));
    }

    [Fact]
    public async Task What_is_neither_one_nor_zero_is_409_and_nothing_changes()
    {
        await using var household = await Household.StartAsync();
        var answer = await household.Bob.SetPropertiesAsync("/dav/own.txt", (s_favorite, "maybe"));
        Assert.Equal(409, answer.Expect(207).MultiStatus().Only.StatusOf(s_favorite));
        var after = await household.Bob.PropertiesAsync("/dav/own.txt", "0", s_favorite);
        Assert.Equal("0", after.Only.Text(s_favorite));
    }
}
