#pragma once
#include "core/image/model_input.h"
#include "core/protocol/json_rpc.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

// What the engine answers about itself, its models and images (README.md in this folder); scores stand in query_reply.h
// and classify_reply.h. fromJson() throws Error(Format), `where` being the field, if one is missing or of a wrong type.
namespace mama::protocol {

// What the engine says of the model that is loaded.
struct ModelReply
{
    std::string name, hash, path, kind, trainedOn, licence, notice, profile;
    int profileVersion = 1;
    std::string pooling, compat, precision, device;
    int threads = 0;
    bool maps = false, text = false;       // whether it can draw maps, and reads sentences
    Extent inputSize;                      // pixels
    CellSize patch;                        // pixels of a cell of the grid
    int embedding = 0;                     // numbers of a vector
    double logitScale = 0;                 // log
    std::vector<std::string> classes;      // of a linear probe
    std::vector<std::string> examples;     // sentences to try
    std::vector<std::string> mapWays = {}; // of drawing maps, the default first
    bool meanMaps = false;                 // its reference holds mean maps, which can be taken off

    bool operator==(const ModelReply&) const = default;
};

struct HelloReply
{
    struct Processor
    {
        std::string name;
        int cores = 1;
        bool operator==(const Processor&) const = default;
    };
    struct Limits
    {
        std::uint64_t lineBytes = lineLimit, inFlight = inFlightLimit;
        bool operator==(const Limits&) const = default;
    };
    int protocol = version;
    std::string program, programVersion;
    int pid = 0;
    Processor processor;
    Limits limits;
    std::optional<ModelReply> model;
    std::vector<std::string> methods;
    std::string notice;

    nlohmann::json toJson() const;
    static HelloReply fromJson(const nlohmann::json& result);
    bool operator==(const HelloReply&) const = default;
};

// A file or folder that was not used, and why.
struct NotUsed
{
    std::string path, reason;
    UserText reasonText = {}; // to be put into the user's language; from the engine alone

    bool operator==(const NotUsed&) const = default;
};

struct ModelsReply
{
    struct Found
    {
        std::string name, path;
        bool operator==(const Found&) const = default;
    };
    std::vector<Found> models;
    std::vector<NotUsed> problems;

    nlohmann::json toJson() const;
    static ModelsReply fromJson(const nlohmann::json& result);
    bool operator==(const ModelsReply&) const = default;
};

struct LoadReply
{
    ModelReply model;

    nlohmann::json toJson() const;
    static LoadReply fromJson(const nlohmann::json& result);
    bool operator==(const LoadReply&) const = default;
};

// What names an image in a reply.
struct ImageName
{
    std::uint64_t index = 0; // in the encoded study
    std::string path;
    int frame = 0;
    std::string slot, side, view;
    bool fused = true; // takes part in the scores of breast and study

    bool operator==(const ImageName&) const = default;
};

// What the model sees of an image, patch by patch.
struct PatchGrid
{
    std::array<int, 2> grid{};                    // rows, columns
    nlohmann::json geometry;                      // core/image's Geometry::toJson: this folder stands below it
    std::array<double, 4> seen{};                 // x0, y0, x1, y1 in stored pixels
    std::optional<std::array<double, 2>> patchMm; // height, width; empty without spacing
    std::vector<std::uint8_t> breast;             // row by row; 1: any of the patch lies in the breast
    std::vector<std::uint8_t> inside;             // 1: the patch's centre lies on the image

    bool operator==(const PatchGrid&) const = default;
};

struct EncodedImage
{
    ImageName image;
    bool cached = false;
    double milliseconds = 0;
    PatchGrid patches;
    std::vector<std::string> warnings;
    bool kept = false;                           // inputs of its last blocks are in memory: another way is read out
    std::optional<double> anewMilliseconds = {}; // that encoding it took, and would again; empty: not known

    nlohmann::json toJson() const;
    bool operator==(const EncodedImage&) const = default;
};

struct EncodeReply
{
    std::string study;
    std::vector<EncodedImage> images;
    std::vector<NotUsed> skipped, refused;

    nlohmann::json toJson() const;
    static EncodeReply fromJson(const nlohmann::json& result);
    bool operator==(const EncodeReply&) const = default;
};
nlohmann::json toJson(const std::vector<NotUsed>& list);

struct PrepareReply
{
    std::string profile;
    int profileVersion = 1;
    bool cropped = false;
    PatchGrid patches;
    Extent size = {};                       // pixels of the prepared picture
    std::vector<std::uint8_t> picture = {}; // [rows, columns] greys, row by row; empty if it was not asked for

    nlohmann::json toJson() const;
    static PrepareReply fromJson(const nlohmann::json& result);
    bool operator==(const PrepareReply&) const = default;
};

// The answer to cache.statistics and cache.clear.
struct CacheReply
{
    std::string folder;
    std::uint64_t entries = 0, bytes = 0, limit = 0;                                            // of the folder
    std::uint64_t hits = 0, misses = 0, writes = 0, evicted = 0, corrupt = 0, failedWrites = 0; // of this process
    std::uint64_t keptImages = 0, keptBytes = 0, memory = 0, memoryLimit = 0; // inputs; with embeddings of studies

    nlohmann::json toJson() const;
    static CacheReply fromJson(const nlohmann::json& result);
    bool operator==(const CacheReply&) const = default;
};

struct CancelReply
{
    bool cancelled = false; // whether the request was in flight

    nlohmann::json toJson() const;
    static CancelReply fromJson(const nlohmann::json& result);
    bool operator==(const CancelReply&) const = default;
};

// The answer to release and shutdown: {}.
struct EmptyReply
{
    nlohmann::json toJson() const { return nlohmann::json::object(); }
};

} // namespace mama::protocol
