import {test} from 'node:test';
import {runEnded, train} from './training.mjs';

/** A second version comes, is promoted, rolled back, and takes a share. */
export function modelsTests(rig) {
  test('models_aSecondVersion_isPromotedAndRolledBack', async () => {
    await rig.go('models');
    await rig.page.click('[aria-label="Version 1: details"]');
    await rig.see('text=Where it came from');
    // A version that somebody decided on stays loaded beside newer ones.
    await rig.page.click('[aria-label="Promote version 1"]');
    await rig.page.click('dialog >> text=Promote >> nth=-1');
    await rig.see('tr:has-text("champion") >> text=Available');
    await train(rig, 50, 7);
    await runEnded(rig);

    await rig.go('models');
    await rig.page.click('[aria-label="Promote version 2"]');
    await rig.see('dialog >> text=test_accuracy', 'dialog >> text=seed');
    await rig.page.fill('#reason', 'it is newer');
    await rig.hasNoSeriousFinding();
    await rig.picture('promote-light', {whole: false});
    await rig.page.click('dialog button[type=submit]');
    await rig.see('text=Version 2 is being watched', '.history >> text=it is newer');

    await rig.page.click('#h-model ~ .aside >> text=Roll back');
    await rig.see('dialog >> text=test_accuracy');
    await rig.page.click('dialog button[type=submit]');
    await rig.see('.history >> text=Rolled back', 'tr[data-key="models/mnist/versions/1"] >> text=champion');
  });

  test('models_aCanary_takesItsShare', async () => {
    await rig.page.click('[aria-label="Canary version 2"]');
    await rig.page.fill('#share-2', '101');
    await rig.page.click('dialog button[type=submit]');
    await rig.see('dialog >> text=from 0 to 100');
    await rig.page.fill('#share-2', '25');
    await rig.page.selectOption('#shadow', '2');
    await rig.page.click('dialog button[type=submit]');
    await rig.see('text=version 1 75 %, version 2 (canary) 25 %');
  });
}
