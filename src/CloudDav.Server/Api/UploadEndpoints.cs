using CloudDav.Server.Hosting;
using CloudDav.Vault;

namespace CloudDav.Server.Api;

/// <summary>Uploads that can be resumed, by <see cref="Tus"/>.</summary>
internal static class UploadEndpoints
{
    public static void Map(CustomerRoutes routes)
    {
        routes
            .AddRaw(
                ["OPTIONS"],
                "/uploads",
                "describeUploads",
                "What of tus is spoken here",
                "text/plain",
                Tus.DescribeAsync
            )
            .Answers(StatusCodes.Status204NoContent)
            .NeedsNoSignIn();
        routes
            .AddRaw(
                ["POST"],
                "/uploads",
                "beginUpload",
                "Begins an upload that can be resumed (tus 1.0)",
                "text/plain",
                context => Of(context).BeginAsync()
            )
            .NeedsNoPlace()
            .Answers(StatusCodes.Status201Created)
            .Refuses(
                RefusalRule.CapacityExceeded,
                RefusalRule.TooManyUploads,
                RefusalRule.ParentMissing
            );
        routes
            .AddRaw(
                ["HEAD"],
                "/uploads/{id}",
                "findUpload",
                "How far an upload is",
                "text/plain",
                context => Of(context).GoOnAsync()
            )
            .Refuses(RefusalRule.NotFound);
        routes
            .AddRaw(
                ["PATCH"],
                "/uploads/{id}",
                "continueUpload",
                "Sends the next bytes of an upload; with the last of them it becomes a file",
                "text/plain",
                context => Of(context).GoOnAsync()
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(
                RefusalRule.NotFound,
                RefusalRule.UploadOutOfStep,
                RefusalRule.CapacityExceeded,
                RefusalRule.TooManyParts
            );
        routes
            .AddRaw(
                ["DELETE"],
                "/uploads/{id}",
                "dropUpload",
                "Gives an upload up",
                "text/plain",
                context => Of(context).GoOnAsync()
            )
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
        routes
            .AddRaw(
                ["POST"],
                "/uploads/{id}",
                "overrideUpload",
                "HEAD, PATCH or DELETE for who can send nothing but POST: X-HTTP-Method-Override says which",
                "text/plain",
                context => Of(context).GoOnAsync()
            )
            .NeedsNoPlace()
            .Answers(StatusCodes.Status204NoContent)
            .Refuses(RefusalRule.NotFound);
    }

    private static Tus Of(HttpContext context) =>
        new(
            context,
            context
                .RequestServices.GetRequiredService<VaultParts>()
                .Vaults.OpenTree(
                    context.Features.Get<Actor>()!,
                    new Vault.SessionOptions { Door = Door.Browser }
                ),
            CustomerApi.Prefix + "/uploads"
        );
}
