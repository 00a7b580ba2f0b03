#pragma once
#include "core/image/model_input.h"
#include "core/protocol/json_rpc.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

// What a client asks of the engine (README.md in this folder): the params of each method. toJson() writes what
// fromJson() reads; fromJson() throws Error(Usage), `where` being the field, on a wrong type, a value out of its range
// and a field that the method does not have. Names of enumerations travel as texts; the engine checks those that core
// knows by itself (fusion, pooling, precision, task).
namespace mama::protocol {

struct HelloRequest
{
    static constexpr const char* method = "hello";
    int protocol = version; // another one than the engine's is refused
    std::string client;

    nlohmann::json toJson() const;
    static HelloRequest fromJson(const nlohmann::json& params);
    bool operator==(const HelloRequest&) const = default;
};

struct ModelsRequest
{
    static constexpr const char* method = "models";
    std::vector<std::string> folders; // searched first, up to 64

    nlohmann::json toJson() const;
    static ModelsRequest fromJson(const nlohmann::json& params);
    bool operator==(const ModelsRequest&) const = default;
};

struct LoadRequest
{
    static constexpr const char* method = "load";
    std::string model;                            // folder or name
    std::optional<std::string> device, precision; // empty: the engine's own
    std::optional<int> threads;                   // 0: all cores

    nlohmann::json toJson() const;
    static LoadRequest fromJson(const nlohmann::json& params);
    bool operator==(const LoadRequest&) const = default;
};

struct SpacingMm
{
    double row = 0, column = 0; // above 0

    bool operator==(const SpacingMm&) const = default;
};

// An image that the client has hung itself.
struct ImageToEncode
{
    std::string path;
    int frame = 0;
    std::string slot = "extra";       // RCC, LCC, RMLO, LMLO, extra
    std::optional<std::string> side;  // R, L, B, ""; empty: as the slot says
    std::string view;                 // CC, MLO, ...
    std::optional<SpacingMm> spacing; // empty: no mm in results

    bool operator==(const ImageToEncode&) const = default;
};

// Either images, or paths that the engine scans and hangs; the options after `paths` are of the latter.
struct EncodeRequest
{
    static constexpr const char* method = "encode";
    std::vector<ImageToEncode> images;
    std::vector<std::string> paths;
    std::string studyUid;        // which study, where the paths hold several
    bool processing = false;     // raw images too
    std::optional<int> frame;    // of stacks; empty: they are skipped
    std::string mapWay, profile; // empty: the model's own

    nlohmann::json toJson() const;
    static EncodeRequest fromJson(const nlohmann::json& params);
    bool operator==(const EncodeRequest&) const = default;
};

enum class MapsWanted { Inline, Files, None };

struct QueryRequest
{
    static constexpr const char* method = "query";
    std::string study;
    std::vector<std::string> texts; // 1 to 64
    std::string fusion = "maximum", pooling = "default", prefix;
    bool raw = false, allSentences = false;
    MapsWanted maps = MapsWanted::Inline;
    std::string folder;                     // for maps in files
    std::vector<std::string> headings = {}; // of the section of a report that each text stands in
    std::string mapMinus = "none";          // what is taken off each map: reference, neutral, sentence, way
    std::string mapMinusText = {};          // the other sentence
    std::string mapMinusStudy = {};         // the same images, encoded in the other way

    nlohmann::json toJson() const;
    static QueryRequest fromJson(const nlohmann::json& params);
    bool operator==(const QueryRequest&) const = default;
};

struct ClassPrompts
{
    std::string label;
    std::vector<std::string> prompts;

    bool operator==(const ClassPrompts&) const = default;
};

// The classes of a task, or of prompts; neither: a linear probe's own.
struct ClassifyRequest
{
    static constexpr const char* method = "classify";
    std::string study;
    std::vector<ClassPrompts> prompts; // in the order of the classes, 1 to 1024 prompts in all
    std::optional<std::string> task;   // birads, density, cancer
    std::string fusion = "maximum", pooling = "default", prefix;
    bool raw = false;
    int length = 0; // tokens; 0: the task's or the model's

    nlohmann::json toJson() const;
    static ClassifyRequest fromJson(const nlohmann::json& params);
    bool operator==(const ClassifyRequest&) const = default;
};

struct PrepareRequest
{
    static constexpr const char* method = "prepare";
    std::string path;
    int frame = 0;
    std::string profile;           // name or file; empty: the loaded model's, else mama
    std::optional<Extent> size;    // pixels of the model's input; empty: as the profile's model
    std::optional<CellSize> patch; // and of a patch
    bool picture = false;          // the prepared picture too

    nlohmann::json toJson() const;
    static PrepareRequest fromJson(const nlohmann::json& params);
    bool operator==(const PrepareRequest&) const = default;
};

struct ReleaseRequest
{
    static constexpr const char* method = "release";
    std::string study;

    nlohmann::json toJson() const;
    static ReleaseRequest fromJson(const nlohmann::json& params);
    bool operator==(const ReleaseRequest&) const = default;
};

struct CancelRequest
{
    static constexpr const char* method = "cancel";
    nlohmann::json id; // of the request to cancel: integer or text

    nlohmann::json toJson() const;
    static CancelRequest fromJson(const nlohmann::json& params);
    bool operator==(const CancelRequest&) const = default;
};

// Methods without params.
struct NoParameters
{
    nlohmann::json toJson() const { return nlohmann::json::object(); }
    static void refuseAny(const nlohmann::json& params); // Error(Usage) names the first field
};
template <class Request>
struct Bare : NoParameters
{
    static Request fromJson(const nlohmann::json& params)
    {
        refuseAny(params);
        return {};
    }
};
struct CacheStatisticsRequest : Bare<CacheStatisticsRequest>
{
    static constexpr const char* method = "cache.statistics";
};
struct CacheClearRequest : Bare<CacheClearRequest>
{
    static constexpr const char* method = "cache.clear";
};
struct ShutdownRequest : Bare<ShutdownRequest>
{
    static constexpr const char* method = "shutdown";
};

// What an Error(Usage) names as `where` if the engine does not know the study, or has forgotten it (encode it again),
// and if no model is loaded, or another one meanwhile.
inline constexpr const char* studyField = "study";
inline constexpr const char* mapMinusStudyField = "map_minus_study";
inline constexpr const char* modelField = "model";

} // namespace mama::protocol
