<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>mama::FacetPanel</name>
    <message numerus="yes">
        <source>%n more…</source>
        <translation>
            <numerusform>%n more…</numerusform>
            <numerusform>%n more…</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::HandoverDialog</name>
    <message numerus="yes">
        <source>%n single image(s) are chosen: their studies go in with all images.</source>
        <translation>
            <numerusform>%n single image is chosen: its study goes in with all images.</numerusform>
            <numerusform>%n single images are chosen: their studies go in with all images.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::StudyLabelDialog</name>
    <message numerus="yes">
        <source>Changes of group and tags also for the %n ticked or selected run(s)</source>
        <translation>
            <numerusform>Changes of group and tags also for the %n ticked or selected run</numerusform>
            <numerusform>Changes of group and tags also for the %n ticked or selected runs</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::StudyLabelDialog</name>
    <message numerus="yes">
        <source>Label %n studies</source>
        <translation>
            <numerusform>Label %n study</numerusform>
            <numerusform>Label %n studies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::LibraryPage</name>
    <message numerus="yes">
        <source>Export the list of %n image(s)</source>
        <translation>
            <numerusform>Export the list of %n image</numerusform>
            <numerusform>Export the list of %n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Saved %n image(s): %1</source>
        <translation>
            <numerusform>Saved %n image: %1</numerusform>
            <numerusform>Saved %n images: %1</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n single image(s) are chosen; a cohort holds their studies with all images.</source>
        <translation>
            <numerusform>%n single image is chosen; a cohort holds its study with all images.</numerusform>
            <numerusform>%n single images are chosen; a cohort holds their studies with all images.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Name of the cohort of %n study(s):</source>
        <translation>
            <numerusform>Name of the cohort of %n study:</numerusform>
            <numerusform>Name of the cohort of %n studies:</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Export the list of %n study(s)</source>
        <translation>
            <numerusform>Export the list of %n study</numerusform>
            <numerusform>Export the list of %n studies</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) missing</source>
        <translation>
            <numerusform>%n file missing</numerusform>
            <numerusform>%n files missing</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n not readable</source>
        <translation>
            <numerusform>%n not readable</numerusform>
            <numerusform>%n not readable</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n region(s) not decided</source>
        <translation>
            <numerusform>%n region not decided</numerusform>
            <numerusform>%n regions not decided</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::MemoryDialog</name>
    <message numerus="yes">
        <source>Now: %n study(s), %1 of %2 MiB.</source>
        <translation>
            <numerusform>Now: %n study, %1 of %2 MiB.</numerusform>
            <numerusform>Now: %n studies, %1 of %2 MiB.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::ModelSession</name>
    <message numerus="yes">
        <source>%1; only %n studies</source>
        <translation>
            <numerusform>%1; only %n study</numerusform>
            <numerusform>%1; only %n studies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::ReadPage</name>
    <message numerus="yes">
        <source>%n study(ies)</source>
        <translation>
            <numerusform>%n study</numerusform>
            <numerusform>%n studies</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 is %2, as you say. %3 takes it back. %n image(s) have no view yet and do not count for the study.</source>
        <translation>
            <numerusform>%1 is %2, as you say. %3 takes it back. %n image has no view yet and does not count for the study.</numerusform>
            <numerusform>%1 is %2, as you say. %3 takes it back. %n images have no view yet and do not count for the study.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) could not be shown; %1 says why.</source>
        <translation>
            <numerusform>%n file could not be shown; %1 says why.</numerusform>
            <numerusform>%n files could not be shown; %1 says why.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were changed or removed on disk after they were read, %1 among them: what is shown is as it was before. %2 reads the study anew.</source>
        <translation>
            <numerusform>%n file was changed or removed on disk after it was read (%1): what is shown is as it was before. %2 reads the study anew.</numerusform>
            <numerusform>%n files were changed or removed on disk after they were read, %1 among them: what is shown is as it was before. %2 reads the study anew.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) are not shown; %1 says why.</source>
        <translation>
            <numerusform>%n file is not shown; %1 says why.</numerusform>
            <numerusform>%n files are not shown; %1 says why.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n studies were passed over, the last %1: %2.</source>
        <translation>
            <numerusform>%n study was passed over: %1: %2.</numerusform>
            <numerusform>%n studies were passed over, the last %1: %2.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) of what you drew are not on the disk yet: they would be lost. Close the window all the same?</source>
        <translation>
            <numerusform>%n change of what you drew is not on the disk yet: it would be lost. Close the window all the same?</numerusform>
            <numerusform>%n changes of what you drew are not on the disk yet: they would be lost. Close the window all the same?</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunCompare</name>
    <message numerus="yes">
        <source>%n setting(s) differ. Figures are the latest, with 95 % intervals.</source>
        <translation>
            <numerusform>%n setting differs. Figures are the latest, with 95 % intervals.</numerusform>
            <numerusform>%n settings differ. Figures are the latest, with 95 % intervals.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunHeader</name>
    <message numerus="yes">
        <source> · %n unreadable image(s)</source>
        <translation>
            <numerusform> · %n unreadable image</numerusform>
            <numerusform> · %n unreadable images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunList</name>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation>
            <numerusform>%n run</numerusform>
            <numerusform>%n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n run(s)</source>
        <translation>
            <numerusform>%1 of %n run</numerusform>
            <numerusform>%1 of %n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Takes off %1 with its %n run(s), which stay as they are</source>
        <translation>
            <numerusform>Takes off %1 with its %n run, which stay as they are</numerusform>
            <numerusform>Takes off %1 with its %n runs, which stay as they are</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunScatter</name>
    <message numerus="yes">
        <source>%n run(s)</source>
        <translation>
            <numerusform>%n run</numerusform>
            <numerusform>%n runs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n run(s); the others lack one of both</source>
        <translation>
            <numerusform>%1 of %n run; the others lack one of both</numerusform>
            <numerusform>%1 of %n runs; the others lack one of both</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunTable</name>
    <message numerus="yes">
        <source>The table is copied: %n run(s).</source>
        <translation>
            <numerusform>The table is copied: %n run.</numerusform>
            <numerusform>The table is copied: %n runs.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::RunView</name>
    <message numerus="yes">
        <source>✕ The loss of %n step(s) is not finite</source>
        <translation>
            <numerusform>✕ The loss of %n step is not finite</numerusform>
            <numerusform>✕ The loss of %n steps is not finite</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::StudyPanel</name>
    <message numerus="yes">
        <source>%1 · %n exam(s)</source>
        <translation>
            <numerusform>%1 · %n exam</numerusform>
            <numerusform>%1 · %n exams</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n image</numerusform>
            <numerusform>%n images</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::TagDialog</name>
    <message numerus="yes">
        <source>Tag %n studies</source>
        <translation>
            <numerusform>Tag %n study</numerusform>
            <numerusform>Tag %n studies</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>on %n studies</source>
        <translation>
            <numerusform>on %n study</numerusform>
            <numerusform>on %n studies</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::VerdictBar</name>
    <message numerus="yes">
        <source>%n mark(s) (%1)</source>
        <translation>
            <numerusform>%n mark (%1)</numerusform>
            <numerusform>%n marks (%1)</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>mama::VocabularyDialog</name>
    <message numerus="yes">
        <source>%n word(s) changed. Tables are read by them from their next import on.</source>
        <translation>
            <numerusform>%n word changed. Tables are read by it from their next import on.</numerusform>
            <numerusform>%n words changed. Tables are read by them from their next import on.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Leave without saving %n changed word(s)?</source>
        <translation>
            <numerusform>Leave without saving %n changed word?</numerusform>
            <numerusform>Leave without saving %n changed words?</numerusform>
        </translation>
    </message>
</context>
</TS>
