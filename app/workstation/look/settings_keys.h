#pragma once
#include <QString>

// Where the window keeps what it remembers from one start to the next (QSettings). A key never changes its name:
// what a user has chosen would be forgotten.
namespace mama::settings_keys {

inline constexpr QLatin1String theme("window/theme");
inline constexpr QLatin1String windowGeometry("window/geometry");
inline constexpr QLatin1String readFirst("read/first"); // the switch
inline constexpr QLatin1String reader("read/author");   // name or pseudonym of who reads
inline constexpr QLatin1String leftPanel("read/left");  // open panel of a drawer; -1: closed
inline constexpr QLatin1String rightPanel("read/right");
inline constexpr QLatin1String leftWidth("read/left-width");
inline constexpr QLatin1String rightWidth("read/right-width");
inline constexpr QLatin1String recentStudies("read/recent"); // JSON: what was opened, newest first
inline constexpr QLatin1String studyOrder("read/order");
inline constexpr QLatin1String viewLayout("read/layout");      // of the four views, as the user chose it
inline constexpr QLatin1String loupeSize("read/loupe-size");   // logical pixels
inline constexpr QLatin1String loupeTimes("read/loupe-times"); // its magnification
inline constexpr QLatin1String hanging("read/hanging");        // by name, of those in the hanging file
inline constexpr QLatin1String pictureMemory("read/memory");   // MiB of pictures; absent: as the machine allows
inline constexpr QLatin1String gsdf("display/gsdf");           // pictures are drawn by it
inline constexpr QLatin1String darkest("display/darkest");     // cd/m², with the next two
inline constexpr QLatin1String brightest("display/brightest");
inline constexpr QLatin1String roomLight("display/room");
inline constexpr QLatin1String screenGamma("display/gamma");
inline constexpr QLatin1String studyFolder("files/folder"); // where studies were opened last
inline constexpr QLatin1String recentModels("model/recent");
inline constexpr QLatin1String modelHub("models/hub"); // where public models come from, if not from the catalogue's hub
inline constexpr QLatin1String queryHistory("query/history");
inline constexpr QLatin1String fusionRule("query/fusion");
inline constexpr QLatin1String mapOpacity("maps/opacity");
inline constexpr QLatin1String mapColours("maps/colours");
inline constexpr QLatin1String recentLibraries("library/recent"); // newest first
inline constexpr QLatin1String libraryParts("library/parts");     // widths of fields, studies, details
inline constexpr QLatin1String libraryColumns("library/columns"); // of the table of studies
inline constexpr QLatin1String libraryZoom("library/zoom");       // least width of a tile
inline constexpr QLatin1String libraryDetails("library/details"); // shown
inline constexpr QLatin1String libraryAsTable("library/table");   // not as a grid
inline constexpr QLatin1String libraryBits("library/bits");       // tiles by the values of their files
inline constexpr QLatin1String runFolder("runs/folder");          // where runs are made
inline constexpr QLatin1String knownRuns("runs/known");
inline constexpr QLatin1String chosenRun("runs/chosen");           // shown last
inline constexpr QLatin1String runColours("runs/colours");         // by folder
inline constexpr QLatin1String runColumns("runs/columns");         // of the table of runs
inline constexpr QLatin1String runScatter("runs/scatter");         // horizontal and vertical axis
inline constexpr QLatin1String curveFolder("runs/curves");         // where curves were saved last
inline constexpr QLatin1String lastRun("runs/last");               // the configuration started last
inline constexpr QLatin1String runPresets("runs/presets");         // a group: name, configuration
inline constexpr QLatin1String handoverFolder("library/handover"); // where cohorts were handed over last
inline constexpr QLatin1String checkpointSentences("checkpoints/sentences");
inline constexpr QLatin1String checkpointStudies("checkpoints/studies");

// The keys chosen for a command of the window.
inline QString commandKeys(const QString& command) { return QStringLiteral("keys/") + command; }
// The studies kept on the page of a library: a sum of its folder and mark, and no name.
inline QString keptStudies(const QString& library) { return QStringLiteral("library/kept/") + library; }
// The window (VOI) chosen for images of one device and kind.
inline QString voiWindow(const QString& device) { return QStringLiteral("windows/") + device; }
// The models that a library is asked by, the one that is shown first at the front: a sum of its folder likewise.
inline QString askedModels(const QString& library) { return QStringLiteral("library/models/") + library; }
// What is remembered of windows for one set of monitors.
inline QString windowPlace(const QString& monitors, const QString& what)
{
    return QStringLiteral("places/") + monitors + QLatin1Char('/') + what;
}
// Pixels a millimetre of a screen, as somebody measured it.
inline QString screenScale(const QString& screen) { return QStringLiteral("screens/") + screen; }
inline QString runPreset(const QString& name) { return QString(runPresets) + QLatin1Char('/') + name; }

} // namespace mama::settings_keys
