#include "widgets/viewer/scene/shaders.h"

namespace mama::viewer::shaders {
namespace {

const char* head = R"(//VTK::System::Dec
//VTK::Output::Dec
)";

// A switch that is known before drawing. Software renderers carry out both sides of a branch for every pixel, so that
// each kind of drawing is a program of its own.
std::string constant(const char* name, int value)
{
    return std::string("const int ") + name + " = " + std::to_string(value) + ";\n";
}

// Where on the image: pixels of the screen from its own corner, the axes exchanged where it lies.
std::string along(const char* name, bool lying)
{
    return std::string("  vec2 ") + name + " = " +
           (lying ? "(gl_FragCoord.xy - vec2(corner)).yx;\n" : "gl_FragCoord.xy - vec2(corner);\n");
}

// Area mean over the screen pixel's footprint of 1 to 2 texels a side (the level is chosen so); below 1 the same
// formula is bilinear interpolation. Pixels are counted from the image's own corner, so that a picture that was moved
// is made of the same numbers.
const char* footprint = R"(
uniform sampler2D source;
uniform ivec2 size;
uniform ivec2 corner; // whole screen pixels
uniform vec4 toTexel; // scale x, y; offset x, y, of the pixels from there
uniform vec2 reach;   // footprint, texels
bool inside(ivec2 t) { return t.x >= 0 && t.y >= 0 && t.x < size.x && t.y < size.y; }
)";

// The texels below the footprint and the share of each row and column of them.
const char* shares = R"(
  vec2 low = p - 0.5 * reach;
  vec2 high = low + reach;
  ivec2 first = ivec2(floor(low + 1e-3));
  ivec2 texel[taps];
  vec2 share[taps];
  for (int i = 0; i < taps; ++i) {
    vec2 t = vec2(first + i);
    texel[i] = clamp(first + i, ivec2(0), size - 1);
    share[i] = max(min(high, t + 1.0) - max(low, t), 0.0);
  }
)";

const char* maskLookup = R"(
uniform sampler2D breast;
uniform vec2 toBreast; // texel of the level -> texture coordinate of the mask
)";

// Two grey pixels a texel: a software renderer fetches four bytes as fast as two, and three pixels lie in two texels.
const char* greyPixels = R"(
uniform float codes;   // codes at texture value 1
uniform vec2 padded;   // closed range of codes that are padding
uniform vec2 modality; // offset, step
vec2 pairAt(int x, int y) {
  return texelFetch(source, ivec2(clamp(x, 0, (size.x - 1) >> 1), clamp(y, 0, size.y - 1)), 0).rg * codes;
}
float pixel(ivec2 t) {
  vec2 two = pairAt(t.x >> 1, t.y);
  return (t.x & 1) == 0 ? two.x : two.y;
}
vec2 isPadding(vec2 code) {
  return vec2(greaterThanEqual(code, vec2(padded.x - 0.25))) * vec2(lessThanEqual(code, vec2(padded.y + 0.25)));
}
)";

// -> mean: of what the footprint holds of the picture; differences from a pixel of it keep all bits.
const char* greyMean = R"(
  vec2 low = p - 0.5 * reach;
  vec2 high = low + reach;
  ivec2 first = ivec2(floor(low + 1e-3));
  const int pairs = taps / 2 + 1;
  vec2 code[taps * pairs];
  vec2 across[pairs];
  for (int i = 0; i < pairs; ++i) {
    vec2 x = vec2(2 * ((first.x >> 1) + i)) + vec2(0.0, 1.0);
    across[i] = max(min(vec2(high.x), x + 1.0) - max(vec2(low.x), x), 0.0) * vec2(greaterThanEqual(x, vec2(0.0))) *
                vec2(lessThan(x, vec2(float(size.x))));
    for (int j = 0; j < taps; ++j)
      code[j * pairs + i] = pairAt((first.x >> 1) + i, first.y + j);
  }
  float base = padding == 1 ? middle : code[pairs].x;
  float sum = 0.0, weights = 0.0;
  for (int j = 0; j < taps; ++j) {
    float y = float(first.y + j);
    float share = y < 0.0 || y >= float(size.y) ? 0.0 : max(min(high.y, y + 1.0) - max(low.y, y), 0.0);
    for (int i = 0; i < pairs; ++i) {
      vec2 w = across[i] * share;
      if (padding == 1) w *= 1.0 - isPadding(code[j * pairs + i]);
      sum += dot(w, code[j * pairs + i] - base);
      weights += w.x + w.y;
    }
  }
  float mean = base + (weights > 0.0 ? sum / weights : 0.0);
)";

} // namespace

std::string resampleGrey(const GreyKind& kind)
{
    std::string text = head + constant("taps", kind.taps) + constant("padding", kind.padding) + footprint + greyPixels;
    if (kind.blackAir)
        text += maskLookup;
    text += "\nvoid main()\n{\n" + along("f", kind.lying) + R"(
  vec2 p = f * toTexel.xy + toTexel.zw;
  ivec2 centre = ivec2(floor(p));
  bool shown = inside(centre);
)";
    if (kind.padding || kind.taps == 1)
        text += "  float middle = pixel(centre);\n";
    else
        text += "  float middle = 0.0;\n";
    if (kind.padding)
        text += "  shown = shown && isPadding(vec2(middle)).x == 0.0;\n";
    if (kind.blackAir)
        text += "  shown = shown && texture(breast, p * toBreast).r > 0.5;\n";
    text += kind.taps == 1 ? "  float mean = middle;\n" : greyMean;
    return text + R"(
  gl_FragData[0] = vec4(shown ? modality.x + modality.y * mean : -3.0e38, 0.0, 0.0, 1.0);
}
)";
}

std::string resampleColour(int taps, bool lying)
{
    return head + constant("taps", taps) + footprint + "\nvoid main()\n{\n" + along("f", lying) + R"(
  vec2 p = f * toTexel.xy + toTexel.zw;
  vec4 result = vec4(0.0);
  if (inside(ivec2(floor(p)))) {
)" + shares +
           R"(
    vec3 sum = vec3(0.0);
    float weights = 0.0;
    for (int j = 0; j < taps; ++j)
      for (int i = 0; i < taps; ++i) {
        float w = share[i].x * share[j].y;
        sum += w * texelFetch(source, ivec2(texel[i].x, texel[j].y), 0).rgb;
        weights += w;
      }
    result = vec4(sum / max(weights, 1e-6), 1.0);
  }
  gl_FragData[0] = result;
}
)";
}

std::string overlay(const OverlayKind& kind)
{
    return head + constant("cells", kind.cells) + constant("isolines", kind.isolines) +
           constant("outline", kind.outline) + constant("hideAir", kind.hideAir) + constant("hatch", kind.hatch) + R"(
uniform ivec2 corner;     // of the image, whole screen pixels; all below counts from there
uniform vec4 toStored;    // screen -> stored pixels: scale x, y; offset x, y
uniform vec4 toGrid;      // screen -> patches: scale x, y; offset x, y
uniform vec2 storedSize;
uniform vec4 seen;        // stored pixels: left, top, right, bottom of what the model saw
uniform ivec2 grid;       // columns, rows
uniform sampler2D map;    // value, 1 if present
uniform sampler2D colours;
uniform sampler2D breast; // one texel for 8 x 8 stored pixels
uniform vec2 breastSize;  // texels
uniform vec2 range;
uniform float threshold;
uniform vec2 opacity;     // opacity; 1: grows with the square of the place on the scale
uniform int levelCount;
uniform vec4 levels;
uniform float isolineStep;
uniform float unit;       // device pixels a logical pixel; in a draft less than one of its pixels
vec2 at(ivec2 t) { return texelFetch(map, clamp(t, ivec2(0), grid - 1), 0).rg; }
void main()
{
)" + along("f", kind.lying) +
           R"(  vec2 p = f * toStored.xy + toStored.zw;
  vec2 g = f * toGrid.xy + toGrid.zw;
  ivec2 cell = ivec2(floor(g));
  float thin = max(unit, 0.72); // a line is never lost between pixels
  bool inImage = p.x >= 0.0 && p.y >= 0.0 && p.x < storedSize.x && p.y < storedSize.y;
  bool inSeen = p.x >= seen.x && p.y >= seen.y && p.x < seen.z && p.y < seen.w
    && cell.x >= 0 && cell.y >= 0 && cell.x < grid.x && cell.y < grid.y;
  vec2 q = g - 0.5;
  ivec2 a = ivec2(floor(q));
  vec2 w = q - vec2(a);
  vec2 v00 = at(a), v10 = at(a + ivec2(1, 0)), v01 = at(a + ivec2(0, 1)), v11 = at(a + ivec2(1, 1));
  vec2 own = w.y < 0.5 ? (w.x < 0.5 ? v00 : v10) : (w.x < 0.5 ? v01 : v11); // of the cell itself
  bool tissue = hideAir == 0 && hatch == 0 || texture(breast, p / (8.0 * breastSize)).r >= 0.5;
  vec4 parts = vec4((1.0 - w.x) * (1.0 - w.y) * v00.y, w.x * (1.0 - w.y) * v10.y, (1.0 - w.x) * w.y * v01.y, w.x * w.y * v11.y);
  float total = parts.x + parts.y + parts.z + parts.w;
  float value = own.x;
  if (cells == 0 && total > 0.0)
    value = (parts.x * v00.x + parts.y * v10.x + parts.z * v01.x + parts.w * v11.x) / total;
  // The value's slope over the screen, of the quotient above: by formula, not from neighbouring pixels, so that a
  // picture that was moved has the same lines.
  vec2 rise = vec2((1.0 - w.y) * (v10.x * v10.y - v00.x * v00.y) + w.y * (v11.x * v11.y - v01.x * v01.y),
                   (1.0 - w.x) * (v01.x * v01.y - v00.x * v00.y) + w.x * (v11.x * v11.y - v10.x * v10.y));
  vec2 growth = vec2((1.0 - w.y) * (v10.y - v00.y) + w.y * (v11.y - v01.y), (1.0 - w.x) * (v01.y - v00.y) + w.x * (v11.y - v10.y));
  float slope = length((rise - value * growth) / max(total, 1e-6) * toGrid.xy);
  vec2 ends = vec2(1.0e30, -1.0e30); // of the corners that the value lies between: a line needs a crossing
  if (parts.x > 0.0) ends = vec2(min(ends.x, v00.x), max(ends.y, v00.x));
  if (parts.y > 0.0) ends = vec2(min(ends.x, v10.x), max(ends.y, v10.x));
  if (parts.z > 0.0) ends = vec2(min(ends.x, v01.x), max(ends.y, v01.x));
  if (parts.w > 0.0) ends = vec2(min(ends.x, v11.x), max(ends.y, v11.x));
  vec4 result = vec4(0.0);
  if (inImage && (!inSeen || own.y < 0.5)) {
    if (hatch == 1 && tissue) {
      float line = abs(fract((f.x + f.y) / (12.0 * unit)) - 0.5) * 12.0 * unit;
      result = line < 0.75 * unit ? vec4(0.62, 0.66, 0.72, 1.0) * 0.42 : vec4(0.0);
    } else if (hatch == 1) {
      vec2 off = max(max(seen.xy - p, p - seen.zw), vec2(0.0)) / abs(toStored.xy);
      result = max(off.x, off.y) <= 1.2 * unit ? vec4(0.62, 0.66, 0.72, 1.0) * 0.5 : vec4(0.0);
    }
  } else if (inImage && outline == 1) {
    bool air = hideAir == 1 && !tissue;
    vec2 across = fract(g) / abs(toGrid.xy), beyond = (1.0 - fract(g)) / abs(toGrid.xy); // to the cell's edges
    vec4 edges = vec4(across.x, beyond.x, across.y, beyond.y);
    ivec2 steps[4] = ivec2[4](ivec2(-1, 0), ivec2(1, 0), ivec2(0, -1), ivec2(0, 1));
    for (int i = 0; i < levelCount && !air; ++i) {
      float level = levels[i];
      bool crossed = level >= ends.x && level <= ends.y;
      float off = cells == 0 && slope > 0.0 && crossed ? abs(value - level) / slope : 1.0e6;
      if (cells == 1 && value >= level)
        for (int e = 0; e < 4; ++e) {
          ivec2 there = cell + steps[e];
          bool outside = there.x < 0 || there.y < 0 || there.x >= grid.x || there.y >= grid.y;
          vec2 next = at(there);
          if (outside || next.y < 0.5 || next.x < level) off = min(off, edges[e]);
        }
      float span = range.y - range.x;
      float t = span == 0.0 ? 0.5 : clamp((level - range.x) / span, 0.0, 1.0);
      if (off < 1.1 * thin) result = vec4(texelFetch(colours, ivec2(int(t * 255.0 + 0.5), 0), 0).rgb, 1.0);
      else if (off < 2.2 * thin && result.a == 0.0) result = vec4(0.0, 0.0, 0.0, 0.55);
    }
  } else if (inImage && value >= threshold) {
    bool air = hideAir == 1 && !tissue;
    if (!air) {
      float span = range.y - range.x;
      float t = span == 0.0 ? 0.5 : clamp((value - range.x) / span, 0.0, 1.0);
      float alpha = opacity.x * (opacity.y > 0.5 ? t * t : 1.0); // the lower half of a scale leaves tissue as it is
      vec3 colour = texelFetch(colours, ivec2(int(t * 255.0 + 0.5), 0), 0).rgb;
      result = vec4(colour * alpha, alpha);
      if (isolines == 1 && cells == 0 && slope > 0.0) {
        float level = floor(value / isolineStep + 0.5) * isolineStep;
        if (level >= ends.x && level <= ends.y && abs(value - level) / slope < 0.7 * thin)
          result = mix(result, vec4(0.0, 0.0, 0.0, 1.0), 0.7);
      }
      float high = max(range.x, range.y); // a line around what lies above the scale
      if (cells == 0 && slope > 0.0 && high >= ends.x && high <= ends.y && abs(value - high) / slope < 0.8 * thin)
        result = vec4(1.0, 1.0, 1.0, 1.0) * 0.9;
      if (cells == 1) {
        vec2 edge = min(fract(g), 1.0 - fract(g)) / abs(toGrid.xy);
        bool wide = min(1.0 / abs(toGrid.x), 1.0 / abs(toGrid.y)) > 9.0 * unit;
        if (value > high && min(edge.x, edge.y) < 1.2 * thin) result = vec4(1.0, 1.0, 1.0, 1.0) * 0.9;
        else if (wide && min(edge.x, edge.y) < 0.5 * thin) result = result * 0.7 + vec4(0.75, 0.78, 0.82, 1.0) * 0.3;
      }
    }
  }
  gl_FragData[0] = result;
}
)";
}

std::string windowed(const WindowKind& kind)
{
    const auto place = [](bool draft) { return std::string(draft ? "(at + ivec2(0, odd)) >> 1" : "at"); };
    const char* table = R"(
  float entry = clamp(floor((v - lookup.x) * lookup.y + lookup.z + 0.5), 0.0, lookup.w);
  int index = int(entry);
  float y = texelFetch(entries, ivec2(index % 4096, index / 4096), 0).r;
)";
    const char* curve = kind.curve == WindowKind::Curve::Table ? table
                        : kind.curve == WindowKind::Curve::Ramp
                            ? "  float y = clamp((v - ramp.x) * ramp.y, 0.0, 1.0);\n"
                            : "  float y = 1.0 / (1.0 + exp(-4.0 * (v - ramp.x) * ramp.y));\n";
    return std::string(head) + R"(
uniform sampler2D values;
uniform ivec2 origin;  // of the buffers, screen pixels
uniform int turned;    // 1: dark to light
uniform int odd;       // rows of the screen, modulo 2: a draft's rows are pairs from the top
)" + (kind.covered ? "uniform sampler2D overlays;\n" : "") +
           (kind.greys ? "uniform sampler2D greys;\nuniform int lastGrey;\n" : "") +
           (kind.curve == WindowKind::Curve::Table
                ? "uniform sampler2D entries;\nuniform vec4 lookup; // input centre, input scale, entry at the centre, last entry\n"
                : "uniform vec2 ramp; // low end, 1 / width; sigmoid: centre, 1 / width\n") +
           R"(
void main()
{
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  float v = texelFetch(values, )" +
           place(kind.draftValues) + R"(, 0).r;
)" + curve +
           R"(
  y = turned == 1 ? 1.0 - y : y;
  y = v < -1.0e38 ? 0.0 : y;
)" + (kind.greys ? "  y = texelFetch(greys, ivec2(int(y * float(lastGrey) + 0.5), 0), 0).r;\n" : "") +
           R"(
  vec3 colour = vec3(floor(y * 255.0 + 0.5) / 255.0);
)" +
           (kind.covered ? "  vec4 o = texelFetch(overlays, " + place(kind.draftOverlays) +
                               ", 0);\n  colour = colour * (1.0 - o.a) + o.rgb;\n"
                         : std::string()) +
           R"(
  gl_FragData[0] = vec4(colour, 1.0);
}
)";
}

std::string sprite()
{
    return std::string(head) + R"(
uniform sampler2D picture;
uniform ivec2 origin; // lower left, screen pixels
uniform int rows;
void main()
{
  ivec2 at = ivec2(gl_FragCoord.xy) - origin;
  gl_FragData[0] = texelFetch(picture, ivec2(at.x, rows - 1 - at.y), 0);
}
)";
}

std::string plain()
{
    return std::string(head) + R"(
uniform vec4 colour; // premultiplied
void main()
{
  gl_FragData[0] = colour;
}
)";
}

} // namespace mama::viewer::shaders
